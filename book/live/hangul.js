// Hangul for live figures: syllables and their parts, a code of each for the decoder, and a reader.
// An image is a Float32Array of 28 x 28 numbers, ink 1, ground 0.

import { clipped } from "./digits.js";
import { fetched, load, read as unpack } from "./model.js";

const FIRST = "가".codePointAt(0);
export const COUNT = 11172;
export const N = 32; // numbers of a code

export const index = (character) => (character?.codePointAt(0) ?? 0) - FIRST;
export const isSyllable = (character) => index(character) >= 0 && index(character) < COUNT;
export const join = ([initial, vowel, final]) => String.fromCodePoint(FIRST + (initial * 21 + vowel) * 28 + final);
// The last syllable of a text, or nothing.
export const lastOf = (text) => [...text].filter(isSyllable).at(-1);

const WORDS = "봄꽃강산밤별집밥물불나너한글안녕학교친구우리바다하늘달책빛길꿈춤문손발눈귀입곰닭흙값새비해왕콩떡";
const COLUMNS = 8; // of the sheet that tools/live.py makes of WORDS

// {encode(image), decode(code), read(image) -> {text, confidence}, code(character)}
export const hangul = async () => {
  const [model, reader, buffer] = await Promise.all([
    load("hangul-autoencoder"), load("hangul-reader"), fetched("hangul-codes.bin").then((one) => one.arrayBuffer()),
  ]);
  const { header, array } = unpack(buffer);
  const codes = array(header.codes), scale = array(header.scale);
  const likely = (logits) => {
    const most = Math.max(...logits);
    return [logits.indexOf(most), 1 / logits.reduce((sum, one) => sum + Math.exp(one - most), 0)];
  };
  return {
    encode: (image) => model.run("encoder", image, 28),
    decode: (code) => clipped(model.run("decoder", code)),
    code: (character) => Float32Array.from(scale, (one, k) => one * codes[N * index(character) + k]),
    // What the reader sees, and how sure it is of the part of which it is least sure.
    read: (image) => {
      const features = reader.run("body", image, 28);
      const parts = ["head0", "head1", "head2"].map((head) => likely(reader.run(head, features)));
      return { text: join(parts.map(([part]) => part)), confidence: Math.min(...parts.map(([, sure]) => sure)) };
    },
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
