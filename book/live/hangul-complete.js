// Erase a part of a syllable, or draw into it, and let the autoencoder fill in what is missing.

import { PALETTE, button, canvas, choice, drag, element, player, status, words } from "./kit.js";
import { paint, shelf } from "./digits.js";
import { hangul, known } from "./hangul.js";

const W = words({
  ko: {
    pad: "글자를 문질러 지우거나 그려 보세요. 화살표 키로 붓을 옮기고 스페이스로 칠합니다.", images: "채운 글자와 원래 글자",
    brush: "붓", erase: "지우기", draw: "그리기", other: "다른 글자", fill: "채우기", pause: "멈춤", hide: "가리기",
    bottom: "아래쪽", right: "오른쪽", top: "위쪽", none: "없음", made: "채운 글자", real: "원래 글자",
    begin: "빗금 친 곳은 신경망이 보지 못합니다. 채우기를 눌러 보세요.",
    said: (step, text, share, real) => `${step}번 채웠습니다. 읽히는 글자: ${text} (확신 ${share}). 원래 글자: ${real}.`,
  },
  en: {
    pad: "Rub to erase or to draw. Arrow keys move the brush, the space bar applies it.", images: "The completed syllable and the one it came from",
    brush: "Brush", erase: "Erase", draw: "Draw", other: "Another syllable", fill: "Fill in", pause: "Pause", hide: "Hide",
    bottom: "the bottom", right: "the right", top: "the top", none: "nothing", made: "filled in", real: "original",
    begin: "The network does not see what is hatched. Press Fill in.",
    said: (step, text, share, real) => `Filled in ${step} times. It reads as ${text} (${share} sure). It came from ${real}.`,
  },
});
const SIDE = 28, STEPS = 25, RADIUS = 2.2;
const HIDDEN = { bottom: (x, y) => y >= 17, right: (x) => x >= 16, top: (x, y) => y < 14, none: () => false };

export default async (parent) => {
  const [{ encode, decode, read }, syllables] = await Promise.all([hangul(), known()]);
  const state = { next: 0, image: null, seen: null, made: null, step: 0, brush: "erase", hide: "bottom", at: [14, 20] };
  const real = () => syllables[state.next];

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const left = element("div", { style: { flex: "0 1 15rem" } });
  const right = element("div", { style: { flex: "1 1 16rem", minWidth: 0 } });
  row.append(left, right);
  const board = canvas(left, { height: 1, label: W.pad, draw: (c, width) => {
    if (!state.image) return;
    const unit = width / SIDE;
    paint(c, state.image, 0, 0, width);
    c.strokeStyle = PALETTE[4];
    c.lineWidth = 1;
    state.seen.forEach((seen, i) => {
      if (seen) return;
      const x = (i % SIDE) * unit, y = Math.floor(i / SIDE) * unit;
      c.fillStyle = "#445";
      c.fillRect(x, y, unit + .5, unit + .5);
      c.beginPath();
      c.moveTo(x, y + unit);
      c.lineTo(x + unit, y);
      c.stroke();
    });
    if (document.activeElement !== board.canvas || !board.canvas.matches(":focus-visible")) return;
    c.strokeStyle = PALETTE[1];
    c.lineWidth = 2;
    c.strokeRect((state.at[0] - RADIUS) * unit, (state.at[1] - RADIUS) * unit, 2 * RADIUS * unit, 2 * RADIUS * unit);
  } });
  const rows = shelf(right, { label: W.images, columns: 2 });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);

  const show = () => {
    rows.show([{ text: W.made, image: state.made }, { text: W.real, image: real().image }]);
    board.redraw();
  };
  const restart = () => {
    fill.stop();
    Object.assign(state, { step: 0, made: state.image.map((value, i) => (state.seen[i] ? value : 0)) });
    say(W.begin);
    show();
  };
  const take = () => {
    state.image = Float32Array.from(real().image);
    state.seen = Array.from(state.image, (_, i) => !HIDDEN[state.hide](i % SIDE, Math.floor(i / SIDE)));
    restart();
  };
  // One step: the network rebuilds the image; where the reader gave pixels, they are kept.
  const step = () => {
    const rebuilt = decode(encode(state.made));
    state.made = rebuilt.map((value, i) => (state.seen[i] ? state.image[i] : value));
    state.step += 1;
    const { text, confidence } = read(state.made);
    say(W.said(state.step, text, confidence.toFixed(2), real().character));
    show();
    if (state.step >= STEPS) fill.stop();
  };
  const fill = player(parent, 100, step, (on) => { run.textContent = on ? W.pause : W.fill; });
  const run = button(bar, W.fill, () => { if (state.step >= STEPS) restart(); fill.toggle(); });
  button(bar, W.other, () => { state.next = (state.next + 1) % syllables.length; take(); });
  choice(bar, W.hide, { bottom: W.bottom, right: W.right, top: W.top, none: W.none }, (name) => { state.hide = name; take(); });
  choice(bar, W.brush, { erase: W.erase, draw: W.draw }, (name) => { state.brush = name; });

  const dab = (x, y) => {
    state.at = [x, y];
    state.image.forEach((value, i) => {
      const far = Math.hypot((i % SIDE) + .5 - x, Math.floor(i / SIDE) + .5 - y);
      if (far > RADIUS || (state.brush === "draw" && far > RADIUS - .8)) return;
      state.seen[i] = state.brush === "draw";
      if (state.brush === "draw") state.image[i] = 1;
    });
    restart();
  };
  const unit = () => board.canvas.clientWidth / SIDE;
  board.canvas.style.touchAction = "none";
  drag(board, { find: () => "brush", move: (_, x, y) => dab(x / unit(), y / unit()) });
  board.canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) state.at = state.at.map((value, axis) => Math.min(SIDE, Math.max(0, value + move[axis])));
    else if (event.key === " ") dab(...state.at);
    else return;
    event.preventDefault();
    board.redraw();
  });
  for (const name of ["focus", "blur"]) board.canvas.addEventListener(name, board.redraw);
  take();
  return { state, step, take, encode, decode, read, syllables }; // for tests
};
