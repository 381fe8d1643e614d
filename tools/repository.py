"""Keep the repository's address the same wherever it stands: _config.yml has it."""

import re

import yaml

from tools.book import SOURCE, TRANSLATION, BookError, folder, read_notebook, write_text

ADDRESS = re.compile(r"https://github\.com/([\w-]+)/([\w.-]+)")

NAME = r"[\w-]+/[\w.-]*\w"  # OWNER/NAME
SERVICES = ["colab.research.google.com/github/", "mybinder.org/v2/gh/"]
ARGUMENTS = {
    "address": {"nargs": "?", "help": "the new one, https://github.com/OWNER/NAME (else: check)"},
}


def after(*starts):
    """Return a pattern of OWNER/NAME after one of these."""
    return "|".join(rf"(?<={re.escape(start)}){NAME}" for start in starts)


# In these files every address on GitHub is the repository's own; they name no other repository.
OWN_FILES = ("pyproject.toml", "CITATION.cff", "README.md", "README.ko.md")
OWN = re.compile(after("github.com/", *SERVICES) + r"|[\w-]+\.github\.io/[\w.-]*\w")
# The book cites other people's repositories; what it installs, clones and opens is its own.
CLONED = ["git+https://github.com/", "git clone https://github.com/"]
IN_BOOK = re.compile(after(*CLONED, *SERVICES) + rf"|(?<=https://github\.com/){NAME}(?=/raw/)")
# The folder that `git clone` makes has the repository's name.
FOLDER = re.compile(r"(git clone https://github\.com/\S+\s+cd )([\w.-]+)")
SETUP_ID = "setup"


def configured(root):
    """Return repository.url of _config.yml."""
    return yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]["url"]


def split(address):
    """Return (owner, name) of an address; raise BookError if it is not one of GitHub's."""
    match = ADDRESS.fullmatch(address)
    if not match or address.endswith(".git"):
        raise BookError(f"the repository is {address!r}; it must be https://github.com/OWNER/NAME")
    return match[1], match[2]


def setup_cell(address):
    """Return the source of every chapter's first code cell."""
    return (
        "try:\n"
        "    import course_lib\n"
        "except ModuleNotFoundError:\n"
        f"    %pip install -q git+{address}"
    )


def derived(root):
    """Yield (path, pattern of the repository's own addresses) of every file that names them."""
    for name in OWN_FILES:
        if (root / name).exists():
            yield root / name, OWN
    if (root / "CONTRIBUTING.md").exists():
        yield root / "CONTRIBUTING.md", IN_BOOK  # it gives another address as an example
    for pages in (folder(root, SOURCE), folder(root, TRANSLATION), root / "exercises/students"):
        for path in sorted(pages.rglob("*")):
            if path.suffix in (".md", ".ipynb") and not path.name.startswith("."):
                yield path, IN_BOOK


def _forms(owner, name):
    """Return the two forms in which an address stands in a text: GitHub's and GitHub Pages'."""
    return f"{owner}/{name}", f"{owner}.github.io/{name}"


def check(root):
    """Return what disagrees with _config.yml's repository.url, a line each."""
    address = configured(root)
    right = _forms(*split(address))
    wrong = []
    for path, pattern in derived(root):
        where, text = path.relative_to(root), path.read_text("utf8")
        for _, name in FOLDER.findall(text):
            if not right[0].endswith(f"/{name}"):
                wrong.append(f"{where}: cd {name}")
        for number, line in enumerate(text.splitlines(), 1):
            for found in pattern.findall(line):
                if found.removesuffix(".git") not in right:
                    wrong.append(f"{where}:{number}: {found}")
        if path.suffix == ".ipynb":
            first = next((c for c in read_notebook(path).cells if c.cell_type == "code"), None)
            if first is None or first.id != SETUP_ID or first.source != setup_cell(address):
                wrong.append(
                    f"{where}: the first code cell must have the id {SETUP_ID!r} and read\n"
                    + setup_cell(address)
                )
    return wrong


def rewrite(root, address):
    """Set a new address in _config.yml and all that derives from it; return the paths changed."""
    owner, name = split(address)
    new, old = _forms(owner, name), _forms(*split(configured(root)))
    former = re.compile("|".join(rf"(?<![\w-]){re.escape(form)}(?![\w-])" for form in old))

    def replacement(match):
        return new[".github.io/" in match[0]]

    changed = []
    for path, pattern in [(root / "_config.yml", former), *derived(root)]:
        before = path.read_text("utf8")
        after = former.sub(replacement, pattern.sub(replacement, before))
        after = FOLDER.sub(rf"\1{name}", after)
        if after != before:
            write_text(path, after)
            changed.append(path)
    return changed


def main(args, root):
    """Check, or rewrite and then check; return 1 if something disagrees."""
    if args.address:
        for path in rewrite(root, args.address):
            print(f"changed {path.relative_to(root)}")
    wrong = check(root)
    print("\n".join(wrong) or f"Everything agrees with {configured(root)}.")
    return 1 if wrong else 0
