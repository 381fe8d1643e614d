// What the browser tests measure on a page. Evaluates to an object of functions.
(() => {
  // How far the page is wider than its window, and what sticks out (boxes that scroll may be wide).
  const overflow = () => {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
    const wide = [...document.querySelectorAll("article *")].filter((element) =>
      element.getBoundingClientRect().right > innerWidth + 1
      && !element.closest("pre, table, .formula, mjx-container"));
    return {
      by: document.documentElement.scrollWidth - innerWidth,
      wide: wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 200)),
    };
  };

  // Equations that open with their beginning out of view.
  const cut = () => [...document.querySelectorAll(".formula, span.math")].filter((box) => {
    const drawn = box.querySelector("mjx-math");
    return drawn.getBoundingClientRect().left < box.getBoundingClientRect().left - 1;
  }).length;

  // How far long formulas that fit in a line stand from where they would if they couldn't scroll.
  const shifts = () => {
    const boxes = [...document.querySelectorAll("span.math[tabindex]")].filter((box) =>
      box.checkVisibility() && box.scrollWidth <= box.clientWidth);
    const places = () => boxes.map((box) => box.querySelector("mjx-math").getBoundingClientRect().top
      - box.parentElement.getBoundingClientRect().top);
    const before = places();
    const inline = { display: "inline", lineHeight: "inherit", verticalAlign: "baseline" };
    boxes.forEach((box) => { Object.assign(box.style, inline); });
    const by = places().map((place, i) => Math.abs(place - before[i]));
    const own = { display: "", lineHeight: "", verticalAlign: "" };
    boxes.forEach((box) => { Object.assign(box.style, own); });
    return by;
  };

  // Short formulas that touch the text after them, and those with a new line between the two.
  const torn = () => {
    const touching = [...document.querySelectorAll("article span.math:not([tabindex])")].filter((one) =>
      one.checkVisibility() && one.nextSibling?.nodeType === 3 && /^\S/.test(one.nextSibling.data));
    const apart = touching.filter((one) => {
      const range = document.createRange();
      range.setStart(one.nextSibling, 0);
      range.setEnd(one.nextSibling, 1);
      return range.getBoundingClientRect().left < one.firstElementChild.getBoundingClientRect().right - 2;
    });
    return { touching: touching.length, apart: apart.map((one) => one.dataset.tex) };
  };

  // How far the drawing of a formula within a line is from the box that is kept for it: its width, its
  // foot; and how many are not laid out until they come near.
  const fits = async () => {
    const boxes = [...document.querySelectorAll("article span.math:not([tabindex])")]
      .filter((box) => box.checkVisibility());
    const skipped = boxes.filter((box) => !box.firstElementChild.checkVisibility(
      { contentVisibilityAuto: true })).length;
    for (const box of boxes) box.style.contentVisibility = "visible";
    boxes.forEach((box) => box.getBoundingClientRect());
    await document.fonts.ready;
    const worst = { width: 0, foot: 0, tex: "" };
    for (const box of boxes) {
      const rim = parseFloat(getComputedStyle(box).paddingLeft);
      const [inner, outer] = [box.querySelector("mjx-math"), box].map((one) => one.getBoundingClientRect());
      const width = Math.abs(inner.width - outer.width + 2 * rim);
      const foot = Math.abs(inner.bottom - outer.bottom + rim);
      if (width + foot > worst.width + worst.foot) Object.assign(worst, { width, foot, tex: box.dataset.tex });
    }
    for (const box of boxes) box.style.contentVisibility = ""; // not before: each change is a layout
    return { boxes: boxes.length, skipped, ...worst };
  };

  // Formulas whose height is another one once they are laid out, and how many were skipped.
  const jumps = async () => {
    const blocks = [...document.querySelectorAll(".formula")].filter((block) =>
      getComputedStyle(block).contentVisibility === "auto");
    const heights = (visibility) => {
      blocks.forEach((block) => { block.style.contentVisibility = visibility; });
      return blocks.map((block) => block.getBoundingClientRect().height);
    };
    const skipped = blocks.filter((block) => !block.firstElementChild.checkVisibility(
      { contentVisibilityAuto: true })).length;
    const before = heights("hidden");
    heights("visible");
    await document.fonts.ready; // letters of formulas are asked for when they are first laid out
    const after = heights("visible");
    heights("");
    const by = after.map((height, i) => height - before[i]);
    const worst = by.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const found = blocks[by.indexOf(worst)];
    return { blocks: blocks.length, skipped, worst, html: found ? found.outerHTML.slice(0, 200) : "" };
  };

  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    const most = color.startsWith("color(srgb") ? 255 : 1; // what color-mix() gives goes from 0 to 1
    return [r * most, g * most, b * most, a];
  };
  const over = ([r, g, b, a], under) =>
    [r, g, b].map((value, i) => value * a + under[i] * (1 - a)).concat(1);
  // `known` keeps what was found for other elements of the same page in the same colors.
  const background = (element, known) => {
    if (!element) return [255, 255, 255, 1];
    if (!known.has(element)) {
      const own = parse(getComputedStyle(element).backgroundColor);
      known.set(element, over(own, background(element.parentElement, known)));
    }
    return known.get(element);
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  // The least contrast (WCAG 2.2, 1.4.3) between text and what is behind it.
  const contrast = () => {
    const skip = "svg, script, style, noscript, .headerlink, mjx-container, #pst-skip-link";
    const least = { count: 0, ratio: 21 };
    const known = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest(skip)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const behind = background(element, known);
      const text = luminance(over(parse(getComputedStyle(element).color), behind));
      const pair = [text, luminance(behind)].sort((a, b) => b - a);
      const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
      least.count += 1;
      if (ratio < least.ratio) {
        Object.assign(least, { ratio, text: node.data.trim(), html: element.outerHTML.slice(0, 200) });
      }
    }
    return least;
  };

  const figures = () => [...document.querySelectorAll("div.cell_output img")].map((image) => {
    const style = getComputedStyle(image);
    return [image.className, style.filter.split("(")[0], style.mixBlendMode];
  });

  const maths = () => {
    const count = (selector) => document.querySelectorAll(selector).length;
    return {
      written: count(".math"),
      shown: count(":is(span.math, .formula) > mjx-container"),
      errors: count("mjx-merror, [data-mjx-error]"),
      readable: count(":is(span.math, .formula) > mjx-container > mjx-assistive-mml"),
      numbers: count("div.math > .number"),
    };
  };

  return { overflow, cut, shifts, torn, fits, jumps, contrast, figures, maths };
})()
