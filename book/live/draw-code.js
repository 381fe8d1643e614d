// Draw a digit: what 32 numbers keep of it, by an autoencoder and by principal components.

import { PALETTE, button, canvas, drag, element, font, ink, random, status, words } from "./kit.js";
import { digits, mse, pad, shelf } from "./digits.js";
import { components, load } from "./model.js";

const W = words({
  ko: {
    pad: "여기에 숫자를 그려 보세요. 화살표 키로 펜을 옮기고 스페이스로 펜을 내리고 듭니다.",
    images: "입력과 두 가지 재구성, 그리고 오차", bars: "잠재 벡터의 32개 수. 막대를 끌거나 화살표 키로 바꿀 수 있습니다.",
    clear: "지우기", digit: "다른 숫자", noise: "무작위 코드", back: "코드 되돌리기",
    input: "입력", ae: "오토인코더", pca: "PCA", error: "오차", decoded: "디코더의 그림",
    begin: "빈 칸에 숫자를 그려 보세요.",
    both: (ae, pca) => `평균 제곱 오차: 오토인코더 ${ae}, PCA ${pca} (둘 다 수 32개)`,
    changed: (k, value) => `z${k} = ${value}. 디코더가 코드를 다시 그렸습니다.`,
    random: "코드 32개를 따로따로 뽑았습니다. 숫자처럼 보이나요?",
  },
  en: {
    pad: "Draw a digit here. Arrow keys move the pen, the space bar lowers and lifts it.",
    images: "The input, two reconstructions, and the error", bars: "The 32 numbers of the code. Drag a bar, or change it with the arrow keys.",
    clear: "Clear", digit: "Another digit", noise: "Random code", back: "Back to the code",
    input: "input", ae: "autoencoder", pca: "PCA", error: "error", decoded: "decoded",
    begin: "Draw a digit on the pad.",
    both: (ae, pca) => `Mean squared error: autoencoder ${ae}, PCA ${pca} (32 numbers each)`,
    changed: (k, value) => `z${k} = ${value}. The decoder has drawn the code again.`,
    random: "Each of the 32 numbers was drawn by itself. Does it look like a digit?",
  },
});
const N = 32;

export default async (parent) => {
  const [model, pca, { images }] = await Promise.all([load("conv-autoencoder"), components(), digits()]);
  const encode = (image) => model.run("encoder", image, 28);
  const decode = (code) => model.run("decoder", code);
  const state = { image: images[0], code: encode(images[0]), own: true, held: 0, next: 0, seed: 1 };
  const number = (value) => value.toFixed(4);
  const SPAN = 7; // of a bar, in both directions

  const look = (text) => {
    const made = decode(state.code);
    if (state.own) {
      const line = pca.decode(pca.encode(state.image, N));
      rows.show([
        { text: W.input, image: state.image }, { text: `${W.ae}\n${number(mse(state.image, made))}`, image: made },
        { text: `${W.pca}\n${number(mse(state.image, line))}`, image: line },
        { text: W.error, image: made.map((value, i) => value - state.image[i]), signed: true },
      ]);
      say(text ?? W.both(number(mse(state.image, made)), number(mse(state.image, line))));
    } else {
      rows.show([{ text: W.decoded, image: made }]);
      say(text);
    }
    bars.redraw();
  };
  const take = (image) => {
    Object.assign(state, { image, code: encode(image), own: true });
    look(image.some((value) => value > 0) ? undefined : W.begin);
  };
  const change = (k, value) => {
    state.code[k] = Math.min(SPAN, Math.max(-SPAN, value));
    state.held = k;
    state.own = false;
    look(W.changed(k + 1, state.code[k].toFixed(1).replace("-", "−")));
  };
  // Mean and spread of each number over the digits, measured when first asked for.
  let spread = null;
  const measured = () => {
    const codes = images.map(encode);
    return Array.from({ length: N }, (_, k) => {
      const mean = codes.reduce((sum, code) => sum + code[k], 0) / codes.length;
      return [mean, Math.sqrt(codes.reduce((sum, code) => sum + (code[k] - mean) ** 2, 0) / codes.length)];
    });
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const left = element("div", { style: { flex: "0 1 13rem" } });
  const right = element("div", { style: { flex: "1 1 20rem", minWidth: 0 } });
  row.append(left, right);
  const board = pad(left, { label: W.pad, changed: take });
  const rows = shelf(right, { label: W.images, columns: 4 });
  const bars = canvas(right, { height: .26, label: W.bars, draw: (c, width, height) => {
    const { muted, line } = ink();
    c.clearRect(0, 0, width, height);
    c.strokeStyle = line;
    c.strokeRect(.5, .5, width - 1, height - 1);
    state.code.forEach((value, k) => {
      c.fillStyle = PALETTE[k === state.held && document.activeElement === bars?.canvas ? 1 : 0];
      c.fillRect((k + .15) * width / N, height / 2, .7 * width / N, -value / SPAN * height / 2);
    });
    c.fillStyle = muted;
    c.font = font(12);
    c.fillText("z1", 4, height - 5);
    c.fillText("z32", width - 24, height - 5);
  } });
  const reach = (x, y) => [Math.min(N - 1, Math.floor(x / bars.canvas.clientWidth * N)), (1 - 2 * y / bars.canvas.clientHeight) * SPAN];
  drag(bars, {
    find: (x) => reach(x, 0)[0],
    move: (k, x, y) => change(k, reach(x, y)[1]),
  });
  bars.canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const next = { ArrowLeft: N - 1, ArrowRight: 1 }[event.key];
    if (step) change(state.held, state.code[state.held] + step);
    else if (next) state.held = (state.held + next) % N;
    else return;
    event.preventDefault();
    bars.redraw();
  });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  button(bar, W.digit, () => { state.next = (state.next + 1) % images.length; board.show(images[state.next]); });
  button(bar, W.clear, board.clear);
  button(bar, W.noise, () => {
    spread ??= measured();
    const { normal } = random(state.seed++);
    state.code = Float32Array.from(spread, ([mean, std]) => mean + std * normal());
    state.own = false;
    look(W.random);
  });
  button(bar, W.back, () => take(state.image));
  board.show(images[state.next]);
  return { state, encode, decode, pca, images, run: model.run }; // for tests
};
