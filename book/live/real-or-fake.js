// Be the discriminator: ten images, half of them drawn by the generator. Real or fake?

import { button, canvas, element, font, ink, random, status, words } from "./kit.js";
import { clipped, digits, paint } from "./digits.js";
import { load } from "./model.js";

const W = words({
  ko: {
    label: "진짜인지 가짜인지 맞힐 그림", answers: "지금까지의 그림과 정답", real: "진짜", fake: "가짜", again: "새로 시작",
    begin: "이 그림은 사람이 쓴 것일까요, 생성자가 그린 것일까요?",
    right: (n, of) => `맞았습니다. ${of}장 가운데 ${n}장 맞혔습니다.`, wrong: (n, of, truth) => `${truth}였습니다. ${of}장 가운데 ${n}장 맞혔습니다.`,
    end: (n, of) => `${of}장 가운데 ${n}장. 무작위로 골라도 평균 ${of / 2}장은 맞힙니다. 정확도가 50 %에 가까우면 생성자가 이긴 것입니다.`,
  },
  en: {
    label: "The image to judge", answers: "The images so far, and the truth", real: "Real", fake: "Fake", again: "Start again",
    begin: "Did a person write this, or did the generator draw it?",
    right: (n, of) => `Right. ${n} of ${of} so far.`, wrong: (n, of, truth) => `It was ${truth.toLowerCase()}. ${n} of ${of} so far.`,
    end: (n, of) => `${n} of ${of}. Guessing blindly gets ${of / 2} on average: near one half, the generator has won.`,
  },
});
const ROUNDS = 10;

export default async (parent) => {
  const [model, { images }] = await Promise.all([load("dcgan"), digits()]);
  const draw = (z) => clipped(model.run("layers", z, 1).map((value) => (value + 1) / 2));
  const state = { seed: 1, questions: [], answers: [] };

  const begin = () => {
    const chance = random(1000 + state.seed++);
    const truths = Array.from({ length: ROUNDS }, (_, n) => n < ROUNDS / 2);
    for (let n = ROUNDS - 1; n > 0; n--) {
      const other = chance.below(n + 1);
      [truths[n], truths[other]] = [truths[other], truths[n]];
    }
    state.questions = truths.map((real) => ({ real, image: real ? images[chance.below(images.length)] : draw(Array.from({ length: 64 }, chance.normal)) }));
    state.answers = [];
    say(W.begin);
    look();
  };
  const score = () => state.answers.filter((said, n) => said === state.questions[n].real).length;
  const answer = (said) => {
    if (state.answers.length === ROUNDS) return;
    const { real } = state.questions[state.answers.length];
    state.answers.push(said);
    const n = score(), of = state.answers.length;
    if (of === ROUNDS) say(W.end(n, of));
    else say(said === real ? W.right(n, of) : W.wrong(n, of, real ? W.real : W.fake));
    look();
  };
  const look = () => {
    for (const one of [real, fake]) one.disabled = state.answers.length === ROUNDS;
    large.redraw();
    past.redraw();
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const left = element("div", { style: { flex: "0 1 12rem" } });
  const right = element("div", { style: { flex: "1 1 18rem", minWidth: 0 } });
  row.append(left, right);
  const large = canvas(left, { height: 1, label: W.label, draw: (c, width) => {
    paint(c, state.questions[Math.min(state.answers.length, ROUNDS - 1)].image, 0, 0, width);
  } });
  const past = canvas(right, { height: .5, label: W.answers, draw: (c, width, height) => {
    const { muted, line } = ink(), size = width / 5;
    c.clearRect(0, 0, width, height);
    c.font = font(13);
    c.textAlign = "center";
    for (let n = 0; n < ROUNDS; n++) {
      const [x, y] = [(n % 5) * size, Math.floor(n / 5) * height / 2];
      if (n >= state.answers.length) {
        c.strokeStyle = line;
        c.strokeRect(x + 6, y + 4, size - 28, size - 28);
        continue;
      }
      const { image, real: truth } = state.questions[n];
      paint(c, image, x + 6, y + 4, size - 28);
      c.fillStyle = muted;
      c.fillText(`${state.answers[n] === truth ? "✓" : "✗"} ${truth ? W.real : W.fake}`, x + size / 2 - 8, y + size - 8, size);
    }
  } });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  const real = button(bar, W.real, () => answer(true));
  const fake = button(bar, W.fake, () => answer(false));
  button(bar, W.again, begin);
  begin();
  return { state, answer, draw }; // for tests
};
