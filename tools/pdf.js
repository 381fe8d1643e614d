// What tools/pdf.py runs in the page that it prints.

// Everything is there: fonts and pictures have arrived.
async function ready() {
  await Promise.all([...document.images].map((image) => image.decode()));
  await document.fonts.ready;
  // A bookmark takes the words of its heading; a formula's glyphs are none.
  for (const formula of document.querySelectorAll("article :is(h1, h2, h3, h4) mjx-container")) {
    const words = document.createElement("span");
    words.className = "bookmark";
    words.textContent = formula.querySelector("mjx-assistive-mml").textContent;
    formula.after(words);
  }
}

// Writes into the table of contents on which page of paper each chapter begins.
function number(begin) {
  for (const [name, page] of Object.entries(begin))
    document.querySelector(`nav.paper-contents a[href="#${name}"] .number`).textContent = page;
}

// Shrinks what is wider than the column; returns what would still be cut, or is no equation.
function fit(smallest) {
  const width = document.body.clientWidth, faults = [];
  for (const box of document.querySelectorAll("div.math, article table")) {
    const ratio = width / Math.max(...[box, ...box.children].map((one) => one.scrollWidth));
    if (ratio < 1) box.style.fontSize = `${Math.max(smallest, ratio * 0.99) * 100}%`;
  }
  const right = document.body.getBoundingClientRect().right + 1;
  for (const one of document.querySelectorAll("article *"))
    if (!one.closest("mjx-assistive-mml") && one.getBoundingClientRect().right > right)
      faults.push(`too wide: ${one.tagName} ${one.textContent.trim().slice(0, 60)}`);
  for (const one of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    faults.push(`not an equation: ${one.textContent.slice(0, 60)}`);
  return [...new Set(faults)];
}
