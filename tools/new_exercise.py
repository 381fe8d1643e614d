"""Start a new exercise: a master that builds and grades, and the answers that test its grading."""

from tools.book import SOURCE, TRANSLATION, write_notebook, write_text
from tools.new import BOTH, TEMPLATES, number_of, template

ARGUMENTS = {
    "name": {"metavar": "NN-name", "help": "its chapter's number, and a short name"},
    "--title": {**BOTH, "default": ("새 과제", "A new assignment")},
}


def new(root, name, titles):
    """Write the master and its answers; return the paths written. titles: (Korean, English).

    Raises BookError for a name that is not NN-name, or is taken.
    """
    source = root / "exercises" / name / f"{name}.ipynb"
    answers = root / "tests/autograder/answers" / f"{name.replace('-', '_')}.py"
    number = number_of(root, name, (source, answers))
    titles = dict(zip((SOURCE, TRANSLATION), titles, strict=True))
    master = template("exercise", number, titles)
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
