"""A private variant of an exercise: with other rules, data and numbers, for a class of one's own.

What may vary stands in ``vary.yaml`` beside the master: parts, each with named choices, each of
them texts of the master and what replaces them, in prose, code, solution and tests alike. The
public version is not among the choices, so that a variant differs from it in every part.
"""

import itertools
import re
import shutil
from copy import deepcopy
from pathlib import Path

import yaml

from autograder import build, grade
from tools.book import BookError, read_notebook, write_notebook

LIMITS = {"timeout": 300, "cell_timeout": 120, "memory": 3 * 10**9}


def choices_path(root, name):
    """Return the path of the file that says what may vary."""
    return build.master_path(root, name).with_name("vary.yaml")


def variants(path):
    """Return a file's parts, and all variants that they allow: dicts from part to choice."""
    if not path.exists():
        raise BookError(f"no {path}: nothing says what may vary")
    parts = yaml.safe_load(path.read_text("utf8"))
    chosen = itertools.product(*parts.values())
    return parts, [dict(zip(parts, names)) for names in chosen]


def edits_of(parts, picked):
    """Return the texts that the picked choices replace, each with what replaces it."""
    edits = {}
    for part, choice in picked.items():
        if twice := edits.keys() & parts[part][choice].keys():
            raise BookError(f"two parts replace {sorted(twice)[0]!r}")
        edits |= parts[part][choice]
    return edits


def replaced(edits, text):
    """Return a text with all edits made at once, and the set of those that it had a place for."""
    pattern = re.compile("|".join(map(re.escape, sorted(edits, key=len, reverse=True))))
    return pattern.sub(lambda match: edits[match[0]], text), set(pattern.findall(text))


def varied(master, parts, picked):
    """Return the master with the texts of the picked choices replaced; each must be there."""
    edits, made, found = edits_of(parts, picked), deepcopy(master), set()
    for cell in made.cells:
        cell.source, here = replaced(edits, cell.source)
        found |= here
    if lost := edits.keys() - found:
        raise BookError(f"the master has no {sorted(lost)[0]!r} any more")
    return made


def write(root, name, target, parts, picked):
    """Write a variant and all that is made from it into a folder, laid out as the book's is."""
    path = build.master_path(target, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(root, "_config.yml"), target)
    write_notebook(path, varied(read_notebook(build.master_path(root, name)), parts, picked))
    build.build(target, name)


def points(root, name, found, folder):
    """Return {student: (points, errors)}, and what there is to get."""
    results = grade.grade_all(root, name, found, folder, limits=LIMITS, jobs=2, quiet=True)
    total = sum(q["points"] for q in grade.questions(root, name) if not q["manual"])
    got = {who: (sum(one["points"].values()), one["errors"]) for who, one in results.items()}
    return got, total


def main(args, root):
    """Write a variant, check that its solution gets all points, say what the public one gets."""
    name, target = args.exercise, args.output
    build.exercises(root, [name])
    parts, all_of_them = variants(args.choices or choices_path(root, name))
    picked = all_of_them[args.seed % len(all_of_them)]
    write(root, name, target, parts, picked)
    build.build_if_changed(root, name)
    found = {
        one: build.solution_path(at, name, "en") for one, at in (("its", target), ("old", root))
    }
    got, total = points(target, name, found, Path(target, build.BUILT, "check"))
    own, errors = got["its"]
    if own != total or errors:
        raise BookError(f"{picked}: its own solution gets {own:g} of {total:g} points {errors}")
    print(f"one of {len(all_of_them)} variants, {picked}: its solution gets {total:g} points, the")
    print(f"public one {got['old'][0]:g}. Hand out {target / build.STUDENTS}, grade with")
    print(f"  python -m autograder grade {name} SUBMISSIONS -o grades.csv --variant {target}")
    return 0
