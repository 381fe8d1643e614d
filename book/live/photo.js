// The reader's own photographs: opened in the page, and never sent anywhere.

import { button, element, words } from "./kit.js";

const W = words({
  ko: {
    private: "사진은 이 페이지를 떠나지 않습니다. 어디로도 전송되지 않고, 페이지를 닫으면 사라집니다.",
    broken: "이 파일은 그림으로 열리지 않습니다. JPEG나 PNG로 저장해 다시 골라 보세요.",
    heic: "이 브라우저는 HEIC 사진을 열지 못합니다. JPEG로 바꿔 다시 골라 보세요.",
    large: "파일이 너무 큽니다(60 MB 초과). 더 작은 사진을 골라 보세요.",
  },
  en: {
    private: "Your photograph never leaves this page: nothing is sent anywhere, and it is gone when you close the page.",
    broken: "This file does not open as a picture. Save it as JPEG or PNG and choose it again.",
    heic: "This browser cannot open HEIC photographs. Convert it to JPEG and choose it again.",
    large: "The file is too large (over 60 MB). Choose a smaller photograph.",
  },
});
const MOST_BYTES = 60e6;

// The pixels of a picture, its longer side at most `side`, on white where it is transparent; with
// `square` the middle of it, `side` pixels wide and high. An animation gives its first picture.
export const opened = async (blob, side, { square = false } = {}) => {
  const picture = await createImageBitmap(blob);
  const scale = square ? side / Math.min(picture.width, picture.height) : Math.min(1, side / Math.max(picture.width, picture.height));
  const full = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length * scale)));
  const [width, height] = square ? [side, side] : full;
  const c = element("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
  c.fillStyle = "#fff";
  c.fillRect(0, 0, width, height);
  c.imageSmoothingQuality = "high";
  c.drawImage(picture, (width - full[0]) / 2, (height - full[1]) / 2, ...full);
  const { data } = c.getImageData(0, 0, width, height);
  return { width, height, pixels: Array.from({ length: width * height }, (_, i) => [data[4 * i] / 255, data[4 * i + 1] / 255, data[4 * i + 2] / 255]) };
};

// A button that lets the reader choose a photograph: use(file) opens it, say(text) tells what is
// wrong with one that does not open. Returns take(file).
export const choosePhoto = (parent, bar, text, say, use) => {
  const take = async (file) => {
    if (!file) return;
    if (file.size > MOST_BYTES) { say(W.large); return; }
    try {
      await use(file);
    } catch {
      say(/\.hei[cf]$/i.test(file.name) || /hei[cf]/.test(file.type) ? W.heic : W.broken);
    }
  };
  const field = element("input", { type: "file", accept: "image/*", hidden: true });
  field.addEventListener("change", () => { take(field.files[0]); field.value = ""; });
  bar.append(field);
  button(bar, text, () => field.click());
  parent.append(element("p", { className: "live-note", textContent: W.private }));
  return take;
};
