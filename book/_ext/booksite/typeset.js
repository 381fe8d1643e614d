// Typesets formulas with MathJax outside a browser. Reads {formulas: [[TeX, display]], options} from
// standard input; writes {html: [one for each formula], css: what all of them need}.

const fs = require("fs");

const { formulas, options } = JSON.parse(fs.readFileSync(0, "utf8"));
const loader = { load: ["input/tex", "output/chtml", "a11y/assistive-mml"] };

require("mathjax").init({ loader, ...options }).then(async (MathJax) => {
  const { adaptor } = MathJax.startup;
  const html = [];
  for (const [tex, display] of formulas) {
    html.push(adaptor.outerHTML(await MathJax.tex2chtmlPromise(tex, { display })));
  }
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  process.stdout.write(JSON.stringify({ html, css }));
});
