// Typesets formulas with MathJax outside a browser. Reads {formulas: [[TeX, display]], options} from
// standard input; writes {formulas: [{html; named: the same with its words as a label; errors in the TeX;
// width, height, depth in em; turns: where it has places for new lines, the sizes of what stands between
// them}], css: what all of them need}.

const fs = require("fs");

const NARROW = 24; // em of a formula: a line on a phone of 390 pixels, when it has shrunk to 78 %
const { formulas, options } = JSON.parse(fs.readFileSync(0, "utf8"));
const loader = { load: ["input/tex", "output/chtml", "a11y/assistive-mml"] };

require("mathjax").init({ loader, ...options }).then(async (MathJax) => {
  const { adaptor, document, output } = MathJax.startup;
  const turn = require("./turns.js")(adaptor);

  function size(tex, display) {
    const item = new document.options.MathItem(tex, document.inputJax[0], display);
    item.setMetrics(16, 8, 1e6, 1e6, 1);
    item.start.node = adaptor.body(document.document); // where characters of no typeface are measured
    item.compile(document);
    output.setDocument(document);
    output.math = item;
    item.root.setTeXclass(null);
    output.nodeMap = new Map();
    const whole = output.factory.wrap(item.root), { w, h, d } = whole.getOuterBBox();
    const boxes = whole.childNodes[0].childNodes.map((one) => one.getOuterBBox());
    return [{ width: w, height: h + d, depth: d }, boxes];
  }

  const found = [];
  for (const [tex, display] of formulas) {
    const made = await MathJax.tex2chtmlPromise(tex, { display });
    const [about, boxes] = size(tex, display);
    const turns = display && about.width > NARROW ? turn(made, boxes) : null;
    const html = adaptor.outerHTML(made), [math] = adaptor.tags(made, "math");
    const errors = adaptor.tags(made, "merror").map((one) => adaptor.getAttribute(one, "data-mjx-error"));
    adaptor.setAttribute(math, "aria-label", adaptor.textContent(math));
    found.push({ html, named: adaptor.outerHTML(made), errors, ...about, turns });
  }
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  process.stdout.write(JSON.stringify({ formulas: found, css }));
});
