"""Live figures: how fast they are on a phone.

Each figure of the built site is opened in Chromium, as wide as a phone, its processor four times
slower. Measured are the milliseconds from coming near to being ready and from a first move to the
next picture, pictures a second after it, the seconds until what learns in the page has learned, and
what it loads.
"""

import argparse
import re

from tools import browser
from tools.book import ROOT, TRANSLATION, built, chapters, notebook, read_notebook
from tools.web import served

THROTTLE, SECONDS = 4, 3
PLACE = re.compile(r'<div class="live" data-figure="([^"]*)">')
STEPS = {"gan-ring": 900, "style-paint": 20}  # after which there is something to see
# Milliseconds from pressing a button of the figure, or else moving its slider or choice, to the
# second picture after it.
MOVE = """figure => new Promise((done) => {
  const control = figure.querySelector("button") ?? figure.querySelector("input, select");
  const start = performance.now();
  if (control.matches("button")) control.click();
  else {
    if (control.matches("select")) control.selectedIndex = control.options.length - 1;
    else control.value = control.max;
    const events = ["input", "change"].map((name) => new Event(name, { bubbles: true }));
    events.forEach((event) => control.dispatchEvent(event));
  }
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
RATE = """seconds => new Promise((done) => {
  let frames = 0;
  const start = performance.now();
  const count = (now) => {
    frames += 1;
    if (now - start < 1000 * seconds) requestAnimationFrame(count);
    else done(frames / ((now - start) / 1000));
  };
  requestAnimationFrame(count);
})"""

LEARNED = """([figure, steps]) => {
  const said = document.querySelector(`.live[data-figure="${figure}"] [role="status"]`).textContent;
  return Number(said.match(/\\d+/)?.[0] ?? 0) >= steps;
}"""


def places(root):
    """Return {figure: page of the site} for every live figure in the English chapters."""
    found = {}
    for name in chapters(root):
        for cell in read_notebook(notebook(root, TRANSLATION, name)).cells:
            for figure in PLACE.findall(cell.source):
                found.setdefault(figure, f"book/{TRANSLATION}/{name}.html")
    return found


def measure(chromium, address, page, figure):
    """Return (ready ms, answer ms, pictures a second, seconds to learn, kilobytes) of one figure.

    Seconds are None where nothing is learned in the page.
    """
    tab = chromium.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    session = tab.context.new_cdp_session(tab)
    session.send("Network.enable")
    loaded, urls = {}, {}
    session.on(
        "Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]})
    )
    session.on(
        "Network.loadingFinished", lambda e: loaded.update({e["requestId"]: e["encodedDataLength"]})
    )
    browser.go(tab, address + page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    place = tab.locator(f'.live[data-figure="{figure}"]')
    start = tab.evaluate("performance.now()")
    place.evaluate("one => one.scrollIntoView()")
    tab.wait_for_selector(f'.live[data-figure="{figure}"].ready')
    ready = tab.evaluate("performance.now()") - start
    tab.wait_for_load_state("networkidle")
    begin = tab.evaluate("performance.now()")
    answer = place.locator(".live-bar").first.evaluate(MOVE)
    rate, seconds = tab.evaluate(RATE, SECONDS), None
    if figure in STEPS:
        tab.wait_for_function(LEARNED, arg=[figure, STEPS[figure]], timeout=300_000)
        seconds = (tab.evaluate("performance.now()") - begin) / 1000
    tab.close()
    weight = sum(size for one, size in loaded.items() if "/live/" in urls.get(one, "")) / 1000
    return ready, answer, rate, seconds, weight


def main(arguments):
    """Print a Markdown table of all figures of the built site."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks live", description=__doc__)
    parser.parse_args(arguments)
    site = built(ROOT / "_build/html")
    print("| figure | ready, ms | answer, ms | pictures a second | learned, s | kB |")
    print("|-|-|-|-|-|-|")
    with browser.launched() as chromium, served(site) as address:
        for figure, page in sorted(places(ROOT).items()):
            ready, answer, rate, seconds, weight = measure(chromium, address, page, figure)
            learned = "" if seconds is None else f"{seconds:.0f}"
            cells = figure, f"{ready:.0f}", f"{answer:.0f}", f"{rate:.0f}", learned, f"{weight:.0f}"
            print(f"| {' | '.join(cells)} |", flush=True)
