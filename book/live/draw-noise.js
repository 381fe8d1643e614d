// Draw a digit and add noise: decibels of a blur, of the best linear filter and of the trained network.

import { button, element, random, slider, status, words } from "./kit.js";
import { SIDE, digits, pad, psnr, shelf } from "./digits.js";
import { components, load } from "./model.js";

const W = words({
  ko: {
    pad: "여기에 숫자를 그려 보세요. 화살표 키로 펜을 옮기고 스페이스로 펜을 내리고 듭니다.",
    images: "잡음을 더한 그림과 세 가지 복원", digit: "다른 숫자", clear: "지우기", again: "잡음 다시 뽑기", sigma: "잡음 σ",
    noisy: "잡음", blur: "흐림 필터", wiener: "위너 필터", network: "신경망", begin: "빈 칸에 숫자를 그려 보세요.",
    said: (best, lead, sigma) => `σ = ${sigma}에서 가장 높은 것은 ${best}. 신경망과 위너 필터의 차이는 ${lead} dB입니다. 신경망은 σ = 0.5에서만 배웠습니다.`,
  },
  en: {
    pad: "Draw a digit here. Arrow keys move the pen, the space bar lowers and lifts it.",
    images: "The noisy picture and three restorations", digit: "Another digit", clear: "Clear", again: "New noise", sigma: "Noise σ",
    noisy: "noisy", blur: "blur", wiener: "Wiener filter", network: "network", begin: "Draw a digit on the pad.",
    said: (best, lead, sigma) => `σ = ${sigma}: the best is the ${best}. From the Wiener filter to the network: ${lead} dB. The network was trained at σ = 0.5 alone.`,
  },
});
const WIDTHS = [.4, .5, .6, .7, .8, .9, 1, 1.2, 1.4, 1.7, 2]; // the blur may choose, knowing the truth

// An image smoothed by a Gaussian of standard deviation `width` pixels; outside, the image is 0.
export const blur = (image, width) => {
  const reach = Math.ceil(4 * width);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-.5 * ((i - reach) / width) ** 2));
  const total = kernel.reduce((sum, value) => sum + value, 0);
  const along = (source, step) => source.map((_, i) => {
    const place = step === 1 ? i % SIDE : Math.floor(i / SIDE);
    let sum = 0;
    for (let d = -reach; d <= reach; d++) if (place + d >= 0 && place + d < SIDE) sum += kernel[d + reach] * source[i + d * step];
    return sum / total;
  });
  return along(along(image, 1), SIDE);
};

// The filter with the least mean squared error of all linear ones, in the directions that are kept.
export const wiener = (pca, noisy, sigma) => pca.decode(pca.encode(noisy).map((c, k) => c * pca.variances[k] / (pca.variances[k] + sigma ** 2)));

export default async (parent) => {
  const [model, pca, { images }] = await Promise.all([load("conv-denoiser"), components(), digits()]);
  const state = { image: images[1], sigma: .5, seed: 1, next: 1, results: null };
  const network = (noisy) => model.run("decoder", model.run("encoder", noisy, SIDE));

  const look = () => {
    const clean = state.image;
    if (!clean.some((value) => value > 0)) { rows.show([]); return say(W.begin); }
    const { normal } = random(state.seed);
    const noisy = clean.map((value) => value + state.sigma * normal());
    const smooth = WIDTHS.map((width) => blur(noisy, width));
    const heights = smooth.map((one) => psnr(clean, one));
    const made = { noisy, blur: smooth[heights.indexOf(Math.max(...heights))], wiener: wiener(pca, noisy, state.sigma), network: network(noisy) };
    const decibels = Object.fromEntries(Object.entries(made).map(([name, image]) => [name, psnr(clean, image)]));
    rows.show(Object.entries(made).map(([name, image]) => ({ text: `${W[name]}\n${decibels[name].toFixed(1)} dB`, image })));
    const best = Object.keys(decibels).reduce((a, b) => (decibels[a] >= decibels[b] ? a : b));
    say(W.said(W[best], (decibels.network - decibels.wiener).toFixed(1).replace("-", "−"), state.sigma.toFixed(2)));
    state.results = { made, decibels };
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const left = element("div", { style: { flex: "0 1 13rem" } });
  const right = element("div", { style: { flex: "1 1 20rem", minWidth: 0 } });
  row.append(left, right);
  const board = pad(left, { label: W.pad, changed: (image) => { state.image = image; look(); } });
  const rows = shelf(right, { label: W.images, columns: 4 });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  button(bar, W.digit, () => { state.next = (state.next + 1) % images.length; board.show(images[state.next]); });
  button(bar, W.clear, board.clear);
  button(bar, W.again, () => { state.seed += 1; look(); });
  slider(bar, W.sigma, { min: 0, max: 1.5, step: .05, value: .5, show: (value) => value.toFixed(2) }, (value) => { state.sigma = value; look(); });
  board.show(images[state.next]);
  return { state, network, pca, images, blur, wiener }; // for tests
};
