// Paints in the background, so that the page stays awake: {content, style, H, W, weight} starts anew,
// {weight} changes the weight, {on} pauses and goes on. Answers {step, image, content, style, grams, ms}.

import { adam, evaluate, load, targets } from "./style-net.js";

const net = load();
let job = null, on = true, round = 0;

const paint = async (mine) => {
  const ready = await net;
  job.goal = targets(ready, job.content, job.style, job.H, job.W);
  while (mine === round) {
    if (on) {
      const start = performance.now();
      const { content, style, grams, gradient } = evaluate(ready, job.image, job.H, job.W, job.goal, job.weight);
      adam(job, gradient);
      postMessage({ step: job.t, image: job.image.slice(), content, style, gram: grams.relu1_1, wanted: job.goal.grams.relu1_1, ms: performance.now() - start });
    }
    await new Promise((next) => { setTimeout(next, on ? 0 : 100); }); // messages are read in between
  }
};

onmessage = ({ data }) => {
  if ("on" in data) on = data.on;
  if (job && "weight" in data) job.weight = data.weight;
  if (!("content" in data)) return;
  const size = data.content.length;
  job = { ...data, image: data.content.slice(), t: 0, m: new Float32Array(size), v: new Float32Array(size) };
  round += 1;
  on = true;
  paint(round);
};
