"""Start a new exercise: a master that builds and grades, and the answers that test its grading."""

from tools.book import SOURCE, TRANSLATION, BookError, write_notebook, write_text
from tools.new import BOTH, NAME, TEMPLATES, template

ARGUMENTS = {
    "name": {"metavar": "NN-name", "help": "its chapter's number, and a short name"},
    "--title": {**BOTH, "default": ("새 과제", "A new assignment")},
}


def new(root, name, titles):
    """Write the master and its answers; return the paths written. titles: (Korean, English).

    Raises BookError for a name that is not NN-name, or is taken.
    """
    match = NAME.fullmatch(name)
    if not match:
        raise BookError(f"{name!r} is not an exercise's name; it must look like 02-autoencoder")
    source = root / "exercises" / name / f"{name}.ipynb"
    answers = root / "tests/autograder/answers" / f"{name.replace('-', '_')}.py"
    for path in (source, answers):
        if path.exists():
            raise BookError(f"{path.relative_to(root)} exists")
    titles = dict(zip((SOURCE, TRANSLATION), titles, strict=True))
    master = template("exercise", int(match[1]), titles)
    master.metadata["exercise"]["title"] = titles
    for path in (source, answers):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(source, master)
    write_text(answers, (TEMPLATES / "answers.py").read_text("utf8").replace("{name}", name))
    return [source, answers]


def main(args, root):
    """Create the exercise and say what to do next."""
    for path in new(root, args.name, args.title):
        print(f"wrote {path.relative_to(root)}")
    print(f"Write its questions, then: python -m autograder build {args.name}")
    return 0
