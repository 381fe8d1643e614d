"""One visit to a page of the site, in which all is seen that several tests want to know of it."""

import re
from pathlib import Path

MEASURE = Path(__file__).with_name("measure.js").read_text("utf8")
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
INSPECT = """async (rules) => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  // The glyphs of formulas are hidden from screen readers, which get MathML instead. They are half
  // of all elements, and axe looks even at those that it is told to leave out: their box stays.
  const formulas = [...document.querySelectorAll("mjx-math[aria-hidden]")];
  const widths = formulas.map((one) => one.getBoundingClientRect().width);
  formulas.forEach((one, i) => {
    one.style.cssText += `display: inline-block; width: ${widths[i]}px`;
    one.replaceChildren();
  });
  // Of the MathML the words stay, and of code the first word of each kind: all others look like it,
  // and measure.js sees the contrast of every word.
  for (const one of document.querySelectorAll("mjx-assistive-mml math")) {
    one.replaceChildren(one.textContent);
  }
  const kinds = new Set();
  for (const word of document.querySelectorAll(".highlight pre span:not(:has(*))")) {
    if (kinds.has(word.className)) word.replaceWith(word.textContent);
    kinds.add(word.className);
  }
  const only = rules && { runOnly: { type: "rule", values: rules } };
  const { violations, passes } = await axe.run({ ...only, resultTypes: ["violations"] });
  return {
    checked: passes.length,
    violations: violations.map(({ id, help, nodes }) =>
      [id, help, nodes.length, nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]),
  };
}"""
WIDE = {"width": 1280, "height": 900}
OF_COLOR = ["color-contrast", "link-in-text-block"]  # the rest does not depend on the theme


def visit(browser, site, address, name):
    """Open a page as a reader does who never saw the book; return what was seen, a dict.

    "loaded" is what a wide window asks for at first, "axe" what axe-core says in each theme; in the
    dark it looks at Korean pages alone, of which the English are twins.
    """
    context = browser.new_context(viewport=WIDE, color_scheme="light")
    page, asked = context.new_page(), []
    seen = {"elsewhere": [], "failed": [], "console": [], "axe": {}}

    def on_request(request):
        if not request.url.startswith((address, "data:")):
            seen["elsewhere"].append(request.url)

    def on_response(response):
        if response.status >= 400:
            seen["failed"].append(response.url)

    def on_console(message):
        if message.type in ("error", "warning"):
            seen["console"].append(message.text)

    page.on("request", on_request)
    page.on("requestfinished", lambda request: asked.append(request))
    page.on("response", on_response)
    page.on("console", on_console)
    page.on("pageerror", lambda error: seen["console"].append(str(error)))
    if name == "index.html":  # its script would send us on
        landing = (site / name).read_text("utf8")
        page.set_content(re.sub("<script>.*?</script>", "", landing, flags=re.DOTALL))
    else:
        page.goto(address + name, wait_until="networkidle")
    seen["loaded"] = [
        (one.url.removeprefix(address), one.sizes()["responseBodySize"], one.resource_type)
        for one in asked
    ]
    whole = name not in ("index.html", "404.html")  # these have neither formulas nor figures
    page.evaluate(f"window.measure = {MEASURE}")
    if whole:
        seen["jumps"] = [page.evaluate("measure.jumps()")]
    page.add_style_tag(content="* { transition: none !important }")  # colors fade otherwise
    if whole:
        seen["fits"] = page.evaluate("measure.fits()")
        seen["maths"] = page.evaluate("measure.maths()")
        seen["wide"] = page.evaluate("measure.overflow()")
        seen["light"] = page.evaluate("measure.contrast()")
        page.set_viewport_size({"width": 390, "height": 844})
        seen["jumps"].append(page.evaluate("measure.jumps()"))
        seen["phone"] = page.evaluate("measure.overflow()")
        seen["cut"] = page.evaluate("measure.cut()")
        seen["shifts"] = page.evaluate("measure.shifts()")
        seen["torn"] = page.evaluate("measure.torn()")
        page.set_viewport_size({"width": 320, "height": 640})
        seen["narrow"] = page.evaluate("measure.overflow()")
        page.set_viewport_size(WIDE)
    page.emulate_media(reduced_motion="reduce", color_scheme="dark")
    if whole:
        page.wait_for_function("document.documentElement.dataset.theme == 'dark'")
        seen["dark"] = page.evaluate("measure.contrast()")
        seen["figures"] = page.evaluate("measure.figures()")
    page.evaluate(AXE.read_text("utf8"))
    page.wait_for_timeout(50)
    if not name.startswith("book/en/"):  # the same elements; measure.js saw the words
        seen["axe"]["dark"] = page.evaluate(INSPECT, OF_COLOR)
    page.emulate_media(color_scheme="light")
    if whole:
        page.wait_for_function("document.documentElement.dataset.theme == 'light'")
    page.wait_for_timeout(50)
    seen["axe"]["light"] = page.evaluate(INSPECT)
    context.close()
    return seen
