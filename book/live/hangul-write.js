// A generator that is told the parts of a syllable writes it, also one that nobody uses and that it
// never saw; the reader says what it sees.

import { button, canvas, choice, element, random, status, words } from "./kit.js";
import { clipped, paint, shelf } from "./digits.js";
import { index, isCommon, join, lastOf, reading, split } from "./hangul.js";
import { load } from "./model.js";

const W = words({
  ko: {
    label: (asked, text) => `신경망이 쓴 글자. 시킨 글자 ${asked}, 읽히는 글자 ${text}`,
    past: "지금까지 쓴 글자. 그림 아래에 시킨 글자와 읽히는 글자",
    fresh: "없는 글자 쓰기", again: "난수만 바꾸어 다시", field: "쓸 글자", initial: "초성", vowel: "중성", final: "종성", none: "없음",
    wrong: "한글 한 글자를 써 주세요.", reads: (asked, text) => `${asked} → ${text}`,
    sure: (text, share) => `판독기가 읽은 글자: ${text} (가장 자신 없는 부품의 확신 ${share}).`,
    unsure: (text, share) => `판독기는 확신하지 못합니다. 가장 가까운 답: ${text} (가장 자신 없는 부품의 확신 ${share}).`,
    common: "한국어에서 흔한 2,350자에 들고,", rare: "한국어에서 흔한 2,350자에 없고,",
    seen: "학습할 때 보았습니다.", unseen: "학습할 때 본 적이 없습니다.",
    said: (asked, found, use, known) => `시킨 글자: ${asked}. ${found} 시킨 글자는 ${use} ${known}`,
    score: (n, of) => `이 페이지에서 쓴 글자 ${of}장 가운데 ${n}장이 시킨 글자로 읽혔습니다.`,
  },
  en: {
    label: (asked, text) => `The syllable that the network wrote. Asked for ${asked}, reads as ${text}`,
    past: "The syllables so far. Below each what was asked for and what is read",
    fresh: "Write one that nobody uses", again: "Again with other noise", field: "Syllable", initial: "Initial", vowel: "Vowel", final: "Final", none: "none",
    wrong: "Type one syllable of Hangul.", reads: (asked, text) => `${asked} → ${text}`,
    sure: (text, share) => `The reader reads ${text} (${share} sure of the least certain part).`,
    unsure: (text, share) => `The reader is not sure. Its best guess is ${text} (${share} sure of the least certain part).`,
    common: "is one of the 2,350 syllables in common use in Korean,", rare: "is not one of the 2,350 syllables in common use in Korean,",
    seen: "and was seen in training.", unseen: "and was never seen in training.",
    said: (asked, found, use, known) => `Asked for: ${asked}. ${found} What was asked for ${use} ${known}`,
    score: (n, of) => `Of ${of} written on this page, ${n} read as what was asked for.`,
  },
});
const LETTERS = [ // in the order of Unicode
  "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
];
const NOISE = 16, SHOWN = 5, SURE = .9;
// A syllable and its letters, for those who do not know it: 뷁 (ㅂㅞㄺ).
const spelled = (character) => `${character} (${split(character).map((part, n) => LETTERS[n][part]).join("").trim()})`;

export default async (parent) => {
  const [model, read] = await Promise.all([load("hangul-dcgan"), reading()]);
  const chance = random(8);
  const state = { asked: "", noise: [], written: [], right: 0, count: 0 };
  // Was the syllable among those of the training? One bit for each of the 11,172.
  const seen = (character) => Boolean(parseInt(model.header.learned[index(character) >> 2], 16) & (8 >> (index(character) & 3)));
  const draw = (character, noise) => {
    const told = LETTERS.flatMap((letters, n) => Array.from(letters, (_, k) => Number(split(character)[n] === k)));
    return clipped(model.run("layers", [...noise, ...told], 1).map((value) => (value + 1) / 2));
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const left = element("div", { style: { flex: "0 1 12rem" } });
  const right = element("div", { style: { flex: "1 1 18rem", minWidth: 0 } });
  row.append(left, right);
  const large = canvas(left, { height: 1, label: W.label("", ""), draw: (c, width) => paint(c, state.written[0].image, 0, 0, width) });
  const past = shelf(right, { label: W.past, columns: SHOWN });
  const bar = element("div", { className: "live-bar" });
  right.append(bar);
  const say = status(parent);
  const score = element("p", { className: "live-note" });
  parent.append(score);

  const write = (character) => {
    state.asked = character;
    state.noise = Array.from({ length: NOISE }, chance.normal);
    const image = draw(character, state.noise);
    const { text, confidence } = read(image);
    state.written.unshift({ asked: character, image, text, confidence });
    state.written.length = Math.min(state.written.length, SHOWN + 1);
    state.count += 1;
    state.right += Number(text === character);
    past.show(state.written.slice(1).map((one) => ({ image: one.image, text: W.reads(one.asked, one.text) })));
    large.canvas.setAttribute("aria-label", W.label(character, text));
    large.redraw();
    field.value = character;
    split(character).forEach((part, n) => { menus[n].value = part; });
    const found = (confidence > SURE ? W.sure : W.unsure)(spelled(text), confidence.toFixed(2));
    say(W.said(spelled(character), found, isCommon(character) ? W.common : W.rare, seen(character) ? W.seen : W.unseen));
    score.textContent = W.score(state.right, state.count);
  };
  // A syllable that is neither in common use nor in the training.
  const fresh = () => {
    for (;;) {
      const character = join([chance.below(19), chance.below(21), chance.below(28)]);
      if (!isCommon(character) && !seen(character)) return character;
    }
  };
  button(bar, W.fresh, () => write(fresh()));
  button(bar, W.again, () => write(state.asked));
  const field = element("input", { type: "text", maxLength: 3, lang: "ko", autocomplete: "off" });
  const take = (event) => {
    if (event.isComposing) return; // the syllable is not finished
    const found = lastOf(field.value);
    if (found === undefined) say(W.wrong);
    else if (found !== state.asked) write(found);
  };
  for (const name of ["input", "compositionend"]) field.addEventListener(name, take);
  bar.append(element("label", {}, `${W.field} `, field));
  const menus = [W.initial, W.vowel, W.final].map((text, n) => {
    const options = Object.fromEntries(Array.from(LETTERS[n], (letter, k) => [k, letter.trim() || W.none]));
    return choice(bar, text, options, () => write(join(menus.map((menu) => Number(menu.value)))));
  });
  for (let n = 0; n <= SHOWN; n++) write(fresh());
  return { state, draw, read, seen, write, isCommon }; // for tests
};
