// Where a long formula may go on in a new line on a phone (.turns in site.css): after a wide space and
// before a relation but the first; if that isn't enough, before the first and before + and −.
// Never within brackets. MathJax itself breaks no line in HTML until its version 4.

const OPEN = ["28", "5B", "7B"], CLOSE = ["29", "5D", "7D"], BARS = ["7C", "2016", "2225"];
const WIDE = 1; // em
const ROOM = 0.08; // em

module.exports = (adaptor) => {
  const children = (node) => adaptor.childNodes(node).filter((one) => adaptor.kind(one) !== "#text");

  // The code of a node's only character, such as "28" for a bracket; it may have an exponent. A bar
  // with an index is none: it says where something is evaluated.
  const sign = (node) => {
    const kind = adaptor.kind(node), inside = children(node);
    if (kind === "mjx-c") return /mjx-c([0-9A-F]+)/.exec(adaptor.getAttribute(node, "class"))?.[1];
    const code = inside.length === 1 || kind.startsWith("mjx-msu") && inside.length ? sign(inside[0]) : undefined;
    return kind === "mjx-msub" && code === "7C" ? undefined : code;
  };
  const isSpace = (node) => {
    const [inside] = children(node);
    if (adaptor.kind(node) === "mjx-mspace") return parseFloat(adaptor.getStyle(node, "width")) >= WIDE;
    return adaptor.kind(node) === "mjx-mstyle" && inside !== undefined && isSpace(inside);
  };
  const isOperator = (node, space) => adaptor.kind(node) === "mjx-mo" && adaptor.getAttribute(node, "space") === space;

  // [[part, ...], ...]: the turns of a row and the parts of each, lists of nodes. What follows an
  // operator has the space around it, too.
  function split(nodes) {
    const turns = [[[]]];
    let depth = 0, bar = false, left = true, follows = false;
    for (const node of nodes) {
      const code = sign(node), inside = depth > 0 || bar;
      const [relation, sum] = ["4", "3"].map((space) => !inside && !follows && isOperator(node, space));
      if (relation) {
        if (left) turns.at(-1).push([]);
        else turns.push([[]]);
        left = false;
      } else if (sum) {
        turns.at(-1).push([]);
      }
      follows = relation || sum;
      turns.at(-1).at(-1).push(node);
      if (OPEN.includes(code)) depth += 1;
      else if (CLOSE.includes(code)) depth -= 1;
      else if (BARS.includes(code) && depth === 0) bar = !bar;
      else if (!inside && isSpace(node)) {
        turns.push([[]]);
        left = true;
      }
    }
    return turns.filter((parts) => parts.some((part) => part.length));
  }

  // [width, height, depth] of neighbors, by MathJax's boxes for them. A browser rounds each letter, so
  // there is some room more than they need.
  function size(boxes) {
    const width = boxes.reduce((sum, { w, L, R, rscale }) => sum + rscale * (L + w + R), ROOM);
    const most = (side) => Math.max(...boxes.map((box) => box.rscale * box[side]));
    return [width, most("h"), most("d")].map((one) => Number(one.toFixed(3)));
  }

  // Mark the places in a typeset formula; return the sizes of the parts of each turn, or null where
  // there are no places. boxes: those of its nodes, in their order.
  return (container, boxes) => {
    const math = children(container)[0];
    const nodes = children(math), turns = split(nodes);
    if (turns.flat().length === 1) return null;
    if (nodes.length !== boxes.length) throw new Error(`${boxes.length} boxes for ${nodes.length} nodes`);
    return turns.map((parts) => {
      const turn = adaptor.node("mjx-turn");
      adaptor.append(math, turn);
      return parts.map((part) => {
        const about = size(part.map((one) => boxes[nodes.indexOf(one)]));
        adaptor.append(turn, adaptor.node("mjx-part", { style: `width: ${about[0]}em` }, part));
        return about;
      });
    });
  };
};
