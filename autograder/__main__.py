"""``python -m autograder COMMAND``: make the exercises' files, grade submissions, compare them."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from autograder import build, cards
from tools.book import ROOT, BookError


def main(argv=None):
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    make = commands.add_parser("build", help="make student notebooks, solutions, autograders")
    make.add_argument("names", nargs="*", metavar="EXERCISE", help="an exercise (all by default)")

    mark = commands.add_parser("grade", help="grade a folder of submissions")
    mark.add_argument("exercise", metavar="EXERCISE", help="for example 01-kmeans")
    mark.add_argument("submissions", type=Path, metavar="SUBMISSIONS_DIR")
    mark.add_argument("-o", "--output", type=Path, required=True, metavar="GRADES.csv")
    mark.add_argument("--written", type=Path, metavar="CSV", help="student,points,comment")
    mark.add_argument("--jobs", type=int, default=os.cpu_count(), help="submissions at a time")
    mark.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster that grades")
    mark.add_argument("--timeout", type=float, default=180, help="seconds for one submission")
    mark.add_argument("--cell-timeout", type=float, default=60, help="seconds for one cell")
    mark.add_argument("--memory", type=int, default=3000, help="megabytes for one submission")
    mark.add_argument("--again", action="store_true", help="grade what has been graded, too")
    mark.add_argument(
        "--trust-students", action="store_true", help="grade even where their code is not shut in"
    )

    like = commands.add_parser("similar", help="show which submissions are alike")
    like.add_argument("exercise", metavar="EXERCISE")
    like.add_argument("submissions", type=Path, metavar="SUBMISSIONS_DIR")
    like.add_argument("-o", "--output", type=Path, required=True, metavar="REPORT.html")
    like.add_argument("--pairs", type=int, default=30, help="pairs to show")

    vary = commands.add_parser("variant", help="make a private variant of an exercise")
    vary.add_argument("exercise", metavar="EXERCISE")
    vary.add_argument("--seed", type=int, required=True, help="which of the variants")
    vary.add_argument("--choices", type=Path, metavar="YAML", help="in place of its vary.yaml")
    vary.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    class_ = commands.add_parser("classroom", help="make a repository that grades on every push")
    class_.add_argument("exercise", metavar="EXERCISE")
    class_.add_argument("--language", choices=build.LANGUAGES, default="ko")
    class_.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")

    for one in (mark, like):
        one.add_argument("--variant", type=Path, metavar="DIR", help="what `variant` wrote there")

    args = parser.parse_args(argv)
    try:
        if args.command == "build":
            for name in build.exercises(ROOT, args.names):
                build.build(ROOT, name)
                cards.write(ROOT, name)
                print(f"{name}: made in {build.STUDENTS}/ and {build.BUILT}/", flush=True)
            return 0
        if sys.platform == "win32":
            raise BookError("this needs Linux or macOS; on Windows use WSL")
        root = getattr(args, "variant", None) or ROOT
        # Imported when asked for: what each of them needs, no other command does.
        return import_module(f"autograder.{args.command}").main(args, root)
    except BookError as error:
        print(f"python -m autograder {args.command}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
