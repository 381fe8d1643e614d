// Opens live figures in Firefox, as a reader would. Standard input: {program, pages: [{url, figure, control}]};
// standard output: [{figure, ready, said, status, moved, wide}] in the same order.

import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const { program, pages } = JSON.parse(readFileSync(0, "utf8"));
const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
const seen = [];
for (const { url, figure, control } of pages) {
  const page = await browser.newPage();
  const said = [];
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  await page.setViewport({ width: 390, height: 844 });
  await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction(() => !("arriving" in document.documentElement.dataset));
  const name = `.live[data-figure="${figure}"]`;
  const place = await page.waitForSelector(name);
  await place.scrollIntoView();
  const ready = await page.waitForSelector(`${name}.ready`, { timeout: 30000 }).then(() => true, () => false);
  // What a reader sees of the figure: its words and its pictures.
  const look = () => place.evaluate((box) => {
    const ink = [...box.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
    return box.innerText + ink.join();
  });
  const before = await look();
  const first = await place.$(control);
  await place.scrollIntoView();
  await first.evaluate((one) => one.scrollIntoView({ block: "center" }));
  if (await first.evaluate((one) => one.tagName === "BUTTON")) await first.click();
  else {
    await first.focus();
    await page.keyboard.press("ArrowRight");
  }
  await page.waitForFunction(() => new Promise((done) => { setTimeout(() => done(true), 1500); }));
  const status = await place.$eval("[role=status]", (one) => one.innerText);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  seen.push({ figure, ready, said, status, moved: before !== await look(), wide });
  await page.close();
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
