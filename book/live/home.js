// The home page's pictures move while a reader points at them: each plays what its chapter's live
// figure lets the reader try, and leads there. scenes[chapter] = [figure, make]; make() promises a
// function (context, width, height, t) that draws the moment t (in seconds).

import { PALETTE, random } from "./kit.js";
import { SIDE, clipped, digits, paint } from "./digits.js";
import { coverage, create, noise, outputs, ring, step } from "./gan.js";
import { assign, randomStart, update } from "./kmeans.js";
import { load } from "./model.js";

const dots = (c, points, color, place, size = 2.5) => {
  c.fillStyle = color;
  for (const point of points) {
    c.beginPath();
    c.arc(...place(point), size, 0, 2 * Math.PI);
    c.fill();
  }
};
const rows = 6, columns = 8; // of digits in a picture
const grid = (c, width, height, images) => {
  c.fillStyle = "#000";
  c.fillRect(0, 0, width, height);
  images.forEach((image, n) => paint(c, image, (n % columns) * width / columns, Math.floor(n / columns) * height / rows, width / columns));
};
// Where a walk through a closed list stands at t: two neighbors and the share of the second.
const between = (list, t) => {
  const at = t % list.length, first = Math.floor(at);
  return [list[first], list[(first + 1) % list.length], at - first];
};
const mix = ([a, b, share]) => a.map((value, i) => (1 - share) * value + share * b[i]);

const clusters = async () => {
  const g = random(3);
  const middles = [[.16, .72], [.36, .25], [.5, .78], [.78, .28], [.86, .74]];
  const points = middles.flatMap(([x, y]) => Array.from({ length: 60 }, () => [x + .07 * g.normal(), y + .08 * g.normal()]));
  let centers, labels, moves;
  const begin = () => { centers = randomStart(points, 5, g); labels = assign(points, centers); moves = 0; };
  let last = 0;
  begin();
  return (c, width, height, t) => {
    if (t - last > .5) {
      last = t;
      moves += 1;
      if (moves > 14) begin();
      else if (moves % 2) centers = update(points, labels, centers);
      else labels = assign(points, centers);
    }
    const place = ([x, y]) => [x * width, y * height];
    c.fillStyle = "#fff";
    c.fillRect(0, 0, width, height);
    centers.forEach((_, k) => dots(c, points.filter((_, n) => labels[n] === k), PALETTE[k], place));
    dots(c, centers, "#000", place, 6);
  };
};

const codes = async () => {
  const [model, { images }] = await Promise.all([load("conv-autoencoder"), digits()]);
  const lists = Array.from({ length: rows * columns }, (_, n) => [0, 1, 2].map((k) => model.run("encoder", images[(n + 48 * k) % images.length], SIDE)));
  return (c, width, height, t) => grid(c, width, height, lists.map((list) => model.run("decoder", mix(between(list, t / 2)))));
};

const denoised = async () => {
  const [model, { images }] = await Promise.all([load("conv-denoiser"), digits()]);
  const g = random(1);
  const clean = images.slice(0, rows * columns / 2);
  let noisy, made, last = -9;
  return (c, width, height, t) => {
    if (t - last > .7) {
      last = t;
      noisy = clean.map((image) => image.map((value) => value + .5 * g.normal()));
      made = noisy.map((image) => model.run("decoder", model.run("encoder", image, SIDE)));
    }
    const shown = Array.from({ length: rows }, (_, r) => [noisy, made].flatMap((half) => half.slice(4 * r, 4 * r + 4))).flat();
    grid(c, width, height, shown);
  };
};

const gan = async () => {
  const g = random(5);
  let game = create(g);
  const real = ring(300, g);
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  const z = noise(300, g);
  return (c, width, height) => {
    for (let n = 0; n < 4; n++) step(game, g);
    const fake = outputs(game.G, z, 300);
    if (game.steps > 1500 && coverage(fake).modes === 8) game = create(g);
    const place = ([x, y]) => [width / 2 + x * height / 6, height / 2 - y * height / 6];
    c.fillStyle = "#fff";
    c.fillRect(0, 0, width, height);
    dots(c, pairs(real), "#9aa0a6", place, 2);
    dots(c, pairs(fake), "#E8720C", place, 2.2);
  };
};

const walk = async () => {
  const model = await load("dcgan");
  const g = random(9);
  const lists = Array.from({ length: 12 }, () => [0, 1, 2, 3].map(() => Array.from({ length: 64 }, g.normal)));
  return (c, width, height, t) => {
    c.fillStyle = "#000";
    c.fillRect(0, 0, width, height);
    lists.forEach((list, n) => {
      const [a, b, share] = between(list, t / 1.5);
      const z = mix([a, b, share]).map((value) => value / Math.hypot(share, 1 - share)); // as long as a random one
      const image = clipped(model.run("layers", z, 1).map((value) => (value + 1) / 2));
      paint(c, image, (n % 4) * width / 4, Math.floor(n / 4) * height / 3, width / 4);
    });
  };
};

export const scenes = {
  "01-kmeans": ["kmeans-steps", clusters],
  "02-autoencoder": ["draw-code", codes],
  "03-denoising-autoencoder": ["draw-noise", denoised],
  "05-gan": ["gan-ring", gan],
  "06-dcgan": ["latent-walk", walk],
};

// play(picture, make): draw over the picture until what it returns is called.
export const play = (picture, make) => {
  const canvas = document.createElement("canvas");
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [picture.clientWidth, picture.clientHeight];
  Object.assign(canvas, { width: width * ratio, height: height * ratio, className: "moving" });
  canvas.setAttribute("aria-hidden", "true");
  let on = true;
  make().then((draw) => {
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const start = performance.now();
    const frame = (now) => {
      if (!on) return;
      if (!canvas.isConnected) picture.after(canvas);
      draw(context, width, height, Math.max(0, now - start) / 1000);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return () => { on = false; canvas.remove(); };
};
