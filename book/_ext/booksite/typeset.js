// Typesets formulas with MathJax outside a browser. Reads {formulas: [[TeX, display]], options} from
// standard input; writes {formulas: [{html, and of a display its height in em}], css: what all of them need}.

const fs = require("fs");

const { formulas, options } = JSON.parse(fs.readFileSync(0, "utf8"));
const loader = { load: ["input/tex", "output/chtml", "a11y/assistive-mml"] };

require("mathjax").init({ loader, ...options }).then(async (MathJax) => {
  const { adaptor, document, output } = MathJax.startup;

  function height(tex) {
    const item = new document.options.MathItem(tex, document.inputJax[0], true);
    item.setMetrics(16, 8, 1e6, 1e6, 1);
    item.compile(document);
    const box = output.getBBox(item, document);
    return box.h + box.d;
  }

  const found = [];
  for (const [tex, display] of formulas) {
    const html = adaptor.outerHTML(await MathJax.tex2chtmlPromise(tex, { display }));
    found.push(display ? { html, height: height(tex) } : { html });
  }
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  process.stdout.write(JSON.stringify({ formulas: found, css }));
});
