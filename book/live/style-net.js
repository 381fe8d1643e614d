// Gatys' style transfer in the page: the first five convolutions of a VGG-16, the loss of an image,
// and its gradient by the image. Images are Float32Arrays (3, H, W) in [0, 1], H and W even twice.

import { fetched, read } from "./model.js";

export const STYLE = ["relu1_1", "relu2_1", "relu3_1"];
export const CONTENT = "relu3_1";

// 3 x 3 convolution of x (C, H, W) with w (O, C, 3, 3), zeros around: one row of the output at a time.
export const convolve = (x, C, H, W, w, O, bias) => {
  const P = W + 2, padded = new Float32Array(C * (H + 2) * P);
  for (let c = 0; c < C; c++) for (let y = 0; y < H; y++) {
    padded.set(x.subarray((c * H + y) * W, (c * H + y + 1) * W), (c * (H + 2) + y + 1) * P + 1);
  }
  const made = new Float32Array(O * H * W);
  for (let o = 0; o < O; o++) {
    if (bias) made.fill(bias[o], o * H * W, (o + 1) * H * W);
    for (let c = 0; c < C; c++) {
      const k = (o * C + c) * 9;
      const [a, b, d, e, f, g, h, i, j] = w.subarray(k, k + 9);
      for (let y = 0; y < H; y++) {
        let p = (c * (H + 2) + y) * P, q = p + P, r = q + P, t = (o * H + y) * W;
        for (let n = 0; n < W; n++, p++, q++, r++, t++) {
          made[t] += a * padded[p] + b * padded[p + 1] + d * padded[p + 2] + e * padded[q] + f * padded[q + 1] + g * padded[q + 2]
            + h * padded[r] + i * padded[r + 1] + j * padded[r + 2];
        }
      }
    }
  }
  return made;
};

// The kernels that carry a gradient back: turned, inputs and outputs swapped.
const turned = (w, O, C) => {
  const made = new Float32Array(w.length);
  for (let o = 0; o < O; o++) for (let c = 0; c < C; c++) for (let k = 0; k < 9; k++) made[(c * O + o) * 9 + 8 - k] = w[(o * C + c) * 9 + k];
  return made;
};

export const load = async () => {
  const { header, array } = read(await (await fetched("vgg.bin")).arrayBuffer());
  const layers = header.layers.map(({ name, in: C, out: O, weight, scale, bias }) => {
    const scales = array(scale), w = Float32Array.from(array(weight), (value, i) => value * scales[Math.floor(i / (9 * C))]);
    return { name, C, O, w, back: turned(w, O, C), bias: array(bias) };
  });
  return { layers, mean: header.mean, std: header.std };
};

// All feature maps of an image: [{name, map, C, H, W, x, pool}], what the way back needs included.
export const features = ({ layers, mean, std }, image, H, W) => {
  let x = image.map((value, i) => { const c = Math.floor(i / (H * W)); return (value - mean[c]) / std[c]; });
  let block = "1";
  return layers.map(({ name, C, O, w, bias }) => {
    let pool = null;
    if (name[4] !== block) { // 2 x 2 average pooling between blocks
      block = name[4];
      pool = true;
      const [h, v] = [H / 2, W / 2], small = new Float32Array(C * h * v);
      for (let c = 0; c < C; c++) for (let y = 0; y < h; y++) for (let n = 0; n < v; n++) {
        const at = (c * H + 2 * y) * W + 2 * n;
        small[(c * h + y) * v + n] = (x[at] + x[at + 1] + x[at + W] + x[at + W + 1]) / 4;
      }
      [x, H, W] = [small, h, v];
    }
    const map = convolve(x, C, H, W, w, O, bias);
    for (let i = 0; i < map.length; i++) if (map[i] < 0) map[i] = 0;
    x = map;
    return { name: name.replace("conv", "relu"), map, C: O, H, W, pool };
  });
};

// The Gram matrix (C, C) of a map: mean products of every two channels.
export const gram = ({ map, C, H, W }) => {
  const M = H * W, made = new Float32Array(C * C);
  for (let i = 0; i < C; i++) for (let j = 0; j <= i; j++) {
    let sum = 0;
    for (let m = 0, p = i * M, q = j * M; m < M; m++, p++, q++) sum += map[p] * map[q];
    made[i * C + j] = made[j * C + i] = sum / M;
  }
  return made;
};
const energy = (values) => values.reduce((sum, value) => sum + value * value, 0);

// What an image is compared with: the content's map and the style's Gram matrices.
export const targets = (net, content, style, H, W) => ({
  map: features(net, content, H, W).find(({ name }) => name === CONTENT).map,
  grams: Object.fromEntries(features(net, style, H, W).filter(({ name }) => STYLE.includes(name)).map((one) => [one.name, gram(one)])),
});

// {content, style, gradient, grams} of an image: relative errors as in (7.2) and (7.8), and the
// gradient of content + weight x style by the image.
export const evaluate = (net, image, H, W, { map: target, grams }, weight) => {
  const seen = features(net, image, H, W), found = {};
  let content = 0, style = 0, slope = null;
  for (let n = seen.length - 1; n >= 0; n--) {
    const { name, map, C: channels, H: h, W: v, pool } = seen[n], M = h * v;
    slope ??= new Float32Array(map.length);
    if (name === CONTENT) {
      const size = energy(target);
      for (let i = 0; i < map.length; i++) {
        const off = map[i] - target[i];
        content += off * off / size;
        slope[i] += 2 * off / size;
      }
    }
    if (name in grams) {
      const now = gram(seen[n]), size = energy(grams[name]);
      const off = now.map((value, i) => value - grams[name][i]);
      found[name] = now;
      style += energy(off) / size / STYLE.length;
      const factor = 4 * weight / (M * size * STYLE.length);
      for (let i = 0; i < channels; i++) for (let j = 0; j < channels; j++) {
        const f = factor * off[i * channels + j];
        for (let m = 0, p = i * M, q = j * M; m < M; m++, p++, q++) slope[p] += f * map[q];
      }
    }
    for (let i = 0; i < map.length; i++) if (map[i] === 0) slope[i] = 0; // ReLU
    const { C, O, back } = net.layers[n];
    slope = convolve(slope, O, h, v, back, C, null);
    if (pool) {
      const large = new Float32Array(C * 4 * M);
      for (let c = 0; c < C; c++) for (let y = 0; y < 2 * h; y++) for (let x = 0; x < 2 * v; x++) {
        large[(c * 2 * h + y) * 2 * v + x] = slope[(c * h + (y >> 1)) * v + (x >> 1)] / 4;
      }
      slope = large;
    }
  }
  return { content, style, grams: found, gradient: slope.map((value, i) => value / net.std[Math.floor(i / (H * W))]) };
};

// One step of Adam on the image, which stays in [0, 1].
export const adam = (state, gradient, lr = .02) => {
  state.t += 1;
  const [b1, b2] = [.9, .99];
  for (let i = 0; i < gradient.length; i++) {
    state.m[i] = b1 * state.m[i] + (1 - b1) * gradient[i];
    state.v[i] = b2 * state.v[i] + (1 - b2) * gradient[i] ** 2;
    const step = lr * state.m[i] / (1 - b1 ** state.t) / (Math.sqrt(state.v[i] / (1 - b2 ** state.t)) + 1e-8);
    state.image[i] = Math.min(1, Math.max(0, state.image[i] - step));
  }
};
