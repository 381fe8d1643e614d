// Hangul for live figures: syllables and their parts, a code of each for the decoder, and a reader.
// An image is a Float32Array of 28 x 28 numbers, ink 1, ground 0.

import { clipped } from "./digits.js";
import { fetched, load, read as unpack } from "./model.js";

const FIRST = "가".codePointAt(0);
export const COUNT = 11172;
export const N = 32; // numbers of a code

export const index = (character) => (character?.codePointAt(0) ?? 0) - FIRST;
export const isSyllable = (character) => index(character) >= 0 && index(character) < COUNT;
// The parts of a syllable: initial, vowel, final.
export const split = (character) => [Math.floor(index(character) / 588), Math.floor(index(character) / 28) % 21, index(character) % 28];
export const join = ([initial, vowel, final]) => String.fromCodePoint(FIRST + (initial * 21 + vowel) * 28 + final);
// In common use: one of the 2,350 that the standard KS X 1001 has, in rows of 94.
const COMMON = new Set(new TextDecoder("euc-kr").decode(Uint8Array.from({ length: 2 * 2350 }, (_, i) => (
  i % 2 ? 0xa1 + ((i >> 1) % 94) : 0xb0 + Math.floor((i >> 1) / 94)
))));
export const isCommon = (character) => COMMON.has(character);
// The last syllable of a text, or nothing.
export const lastOf = (text) => [...text].filter(isSyllable).at(-1);

const WORDS = "봄꽃강산밤별집밥물불나너한글안녕학교친구우리바다하늘달책빛길꿈춤문손발눈귀입곰닭흙값새비해왕콩떡";
const COLUMNS = 8; // of the sheet that recipes/live.py makes of WORDS

// read(image) -> {text, confidence}: what the reader sees, and how sure it is of the part of which
// it is least sure.
export const reading = async () => {
  const reader = await load("hangul-reader");
  const likely = (logits) => {
    const most = Math.max(...logits);
    return [logits.indexOf(most), 1 / logits.reduce((sum, one) => sum + Math.exp(one - most), 0)];
  };
  return (image) => {
    const features = reader.run("body", image, 28);
    const parts = ["head0", "head1", "head2"].map((head) => likely(reader.run(head, features)));
    return { text: join(parts.map(([part]) => part)), confidence: Math.min(...parts.map(([, sure]) => sure)) };
  };
};

// {encode(image), decode(code), read(image) -> {text, confidence}, code(character)}
export const hangul = async () => {
  const [model, read, buffer] = await Promise.all([
    load("hangul-autoencoder"), reading(), fetched("hangul-codes.bin").then((one) => one.arrayBuffer()),
  ]);
  const { header, array } = unpack(buffer);
  const codes = array(header.codes), scale = array(header.scale);
  return {
    read,
    encode: (image) => model.run("encoder", image, 28),
    decode: (code) => clipped(model.run("decoder", code)),
    code: (character) => Float32Array.from(scale, (one, k) => one * codes[N * index(character) + k]),
  };
};

// The images of some syllables that a reader knows, as the font draws them: [{character, image}].
export const known = async () => {
  const sheet = await createImageBitmap(await (await fetched("hangul.png")).blob(), { colorSpaceConversion: "none" });
  const context = Object.assign(document.createElement("canvas"), { width: sheet.width, height: sheet.height })
    .getContext("2d", { willReadFrequently: true });
  context.drawImage(sheet, 0, 0);
  return [...WORDS].map((character, n) => {
    const { data } = context.getImageData(28 * (n % COLUMNS), 28 * Math.floor(n / COLUMNS), 28, 28);
    return { character, image: Float32Array.from({ length: 784 }, (_, i) => data[4 * i] / 255) };
  });
};
