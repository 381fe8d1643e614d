"""How fast the live figures are on a phone: `python -m tools quality --live`.

Each figure of the built site is opened in Chromium, as wide as a phone, its processor four times
slower. Measured are the milliseconds from coming near to being ready and from a press to the next
picture, pictures a second while it plays, and what it loads.
"""

import re

from playwright.sync_api import sync_playwright

from tools import browser
from tools.book import ROOT, TRANSLATION, chapters, notebook, read_notebook
from tools.web import served

THROTTLE, SECONDS = 4, 3
PLACE = re.compile(r'<div class="live" data-figure="([^"]*)">')
# Milliseconds from pressing a button of the figure to the second picture after it.
PRESS = """button => new Promise((done) => {
  const start = performance.now();
  button.click();
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


def places(root):
    """Return {figure: page of the site} for every live figure in the English chapters."""
    found = {}
    for name in chapters(root):
        for cell in read_notebook(notebook(root, TRANSLATION, name)).cells:
            for figure in PLACE.findall(cell.source):
                found.setdefault(figure, f"book/{TRANSLATION}/{name}.html")
    return found


def measure(chromium, address, page, figure):
    """Return (ready ms, answer ms, pictures a second, kilobytes) of one figure."""
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
    tab.goto(address + page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    place = tab.locator(f'.live[data-figure="{figure}"]')
    start = tab.evaluate("performance.now()")
    place.evaluate("one => one.scrollIntoView()")
    tab.wait_for_selector(f'.live[data-figure="{figure}"].ready')
    ready = tab.evaluate("performance.now()") - start
    tab.wait_for_load_state("networkidle")
    buttons = place.locator(".live-bar button")
    answer = buttons.first.evaluate(PRESS)
    rate = tab.evaluate(RATE, SECONDS)
    tab.close()
    weight = sum(size for one, size in loaded.items() if "/live/" in urls.get(one, "")) / 1000
    return ready, answer, rate, weight


def report(site):
    """Print a Markdown table of all figures of a built site; return 0."""
    print("| figure | ready, ms | answer, ms | pictures a second | kB |")
    print("|-|-|-|-|-|")
    with sync_playwright() as playwright, served(site) as address:
        program = browser.find() or browser.install()
        chromium = playwright.chromium.launch(executable_path=program, args=browser.FLAGS)
        for figure, page in sorted(places(ROOT).items()):
            ready, answer, rate, weight = measure(chromium, address, page, figure)
            print(f"| {figure} | {ready:.0f} | {answer:.0f} | {rate:.0f} | {weight:.0f} |")
        chromium.close()
    return 0
