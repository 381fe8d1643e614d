// Walk from one syllable to another through the codes of an autoencoder: where does one become the other?

import { button, element, player, slider, status, words } from "./kit.js";
import { shelf } from "./digits.js";
import { hangul, lastOf } from "./hangul.js";

const W = words({
  ko: {
    images: "출발 글자, 잠재 공간에서 사이에 놓인 글자, 도착 글자", strip: "두 글자 사이의 아홉 장과, 판독 신경망이 읽은 글자",
    from: "출발", to: "도착", share: "도착 쪽으로", pair: "다른 두 글자", walk: "저절로 걷기", pause: "멈춤",
    wrong: "한글 한 글자를 써 주세요.", sure: (text, share) => `${text} (확신 ${share})`,
    said: (text, share, count) => `지금 읽히는 글자: ${text} (가장 자신 없는 자소의 확신 ${share}). 가는 길 아홉 곳에서 ${count}가지 글자로 읽힙니다.`,
  },
  en: {
    images: "The first syllable, one between them in the space of codes, the last syllable", strip: "Nine images on the way, and what the reading network sees in them",
    from: "From", to: "To", share: "Share of the second", pair: "Another pair", walk: "Walk by itself", pause: "Pause",
    wrong: "Type one syllable of Hangul.", sure: (text, share) => `${text} (sure: ${share})`,
    said: (text, share, count) => `It now reads as ${text} (${share} sure of the least certain part). The nine stops on the way are read as ${count} different syllables.`,
  },
});
const PAIRS = ["밤별", "강산", "물불", "집밥", "곰문", "눈길", "달별", "꿈길", "봄밤"];
const STOPS = 9;

export default async (parent) => {
  const { code, decode, read } = await hangul();
  const state = { ends: [...PAIRS[0]], share: .5, pair: 0, back: false, stops: [] };
  const mixed = (share) => {
    const [a, b] = state.ends.map(code);
    return a.map((value, k) => (1 - share) * value + share * b[k]);
  };

  const images = shelf(parent, { label: W.images, columns: 3 });
  const strip = shelf(parent, { label: W.strip, columns: STOPS });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);

  const look = () => {
    const image = decode(mixed(state.share));
    const { text, confidence } = read(image);
    images.show([
      { text: state.ends[0], image: decode(code(state.ends[0])) },
      { text: W.sure(text, confidence.toFixed(2)), image },
      { text: state.ends[1], image: decode(code(state.ends[1])) },
    ]);
    say(W.said(text, confidence.toFixed(2), new Set(state.stops.map((one) => one.text)).size));
  };
  const renew = () => {
    state.stops = Array.from({ length: STOPS }, (_, n) => {
      const image = decode(mixed(n / (STOPS - 1)));
      return { image, text: read(image).text };
    });
    strip.show(state.stops);
    fields.forEach((field, n) => { field.value = state.ends[n]; });
    look();
  };
  const walk = player(parent, 120, () => {
    state.share = Math.min(1, Math.max(0, state.share + (state.back ? -.03 : .03)));
    if (state.share === 0 || state.share === 1) state.back = state.share === 1;
    share.value = state.share;
    share.dispatchEvent(new Event("input"));
  }, (on) => { run.textContent = on ? W.pause : W.walk; });
  const run = button(bar, W.walk, walk.toggle);
  button(bar, W.pair, () => {
    state.pair = (state.pair + 1) % PAIRS.length;
    state.ends = [...PAIRS[state.pair]];
    renew();
  });
  const fields = [W.from, W.to].map((text, n) => {
    const field = element("input", { type: "text", maxLength: 3, lang: "ko", autocomplete: "off" });
    const take = (event) => {
      if (event.isComposing) return; // the syllable is not finished
      const found = lastOf(field.value);
      if (found === undefined) say(W.wrong);
      else if (found !== state.ends[n]) {
        state.ends[n] = found;
        renew();
      }
    };
    for (const name of ["input", "compositionend"]) field.addEventListener(name, take);
    bar.append(element("label", {}, `${text} `, field));
    return field;
  });
  const share = slider(bar, W.share, { min: 0, max: 1, step: .01, value: .5, show: (one) => one.toFixed(2) }, (value) => {
    state.share = value;
    look();
  });
  renew();
  return { state, code, decode, read }; // for tests
};
