// Predict, then see: a prediction takes the reader's answer before the result shows, and keeps it in
// this browser only. The page of predictions lists them. Without storage nothing is veiled.

{
  const KEY = "book-predictions"; // {id: {asked, said, truth, sure, right, off}}
  const OFF = "book-predictions-off";
  const NEAR = 0.2; // a typed number is right within a fifth of the true one
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  let works = true;
  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? "{}");
    } catch {
      return {};
    }
  };
  const store = (all) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      works = false; // storage is switched off
    }
  };
  const switchedOff = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return true;
    }
  };
  const page = location.pathname.split("/").at(-1).replace(/\.html$/, "");
  const sure = (text) => ({ 50: word("A guess"), 70: word("Fairly sure"), 90: word("Very sure") })[text];

  // What shows the result: the cells after the prediction and the text that reads them, as far as the
  // next heading or prediction, or the first code after that text. Live figures stay as they are.
  const result = (place) => {
    const found = [];
    let seen = false, read = false;
    for (let next = place.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.matches("h2, h3, h4, section, .predict, .prediction")) break;
      if (next.matches(".live")) continue;
      const cell = next.matches(".cell:not(.drawn)");
      if (cell && read) break;
      seen ||= cell && Boolean(next.querySelector(".cell_output, .output"));
      read ||= seen && next.matches("p:not(.figure-caption), ul, ol");
      found.push(next);
    }
    return found;
  };

  const start = (place, index) => {
    const id = `${page}#${index}`;
    const truth = "value" in place.dataset ? Number(place.dataset.value) : null;
    const right = "right" in place.dataset ? Number(place.dataset.right) : null;
    const list = place.querySelector("ol, ul");
    const items = list ? [...list.children] : [];
    const question = place.querySelector(".prediction") ?? place;
    const asked = question.textContent.trim().replace(/^(Prediction|예측)\.\s*/, "");
    const hidden = result(place);
    const remark = make("p", { className: "predict-remark" });
    remark.setAttribute("role", "status");
    const veil = (on) => {
      for (const one of hidden) {
        one.classList.toggle("veiled", on);
        one.inert = on;
      }
    };
    const close = (entry) => {
      const words = entry.right ? word("As predicted.") : word("A surprise.");
      const about = right === null ? `${word("Measured: %s.").replace("%s", truth)} ${word("You said %s.").replace("%s", entry.said)}` : "";
      remark.textContent = `${words} ${about}`.trim();
      remark.classList.toggle("surprise", !entry.right);
      for (const control of place.querySelectorAll("button, input")) control.disabled = true;
      items.forEach((item, n) => {
        item.classList.toggle("right", n === right);
        item.classList.toggle("wrong", !entry.right && n === entry.choice);
      });
      bar.remove();
      veil(false);
    };
    const take = (said, ok, more) => {
      const entry = { asked, said, right: ok, sure: Number(level.value), ...more };
      store({ ...stored(), [id]: entry });
      close(entry);
      count();
    };

    const level = make("select", {}, ...[70, 50, 90].map((value) => make("option", { value, textContent: sure(value) })));
    const bar = make("div", { className: "predict-bar" }, make("label", {}, `${word("How sure are you?")} `, level));
    const look = make("button", { type: "button", className: "look", textContent: word("Just show the result") });
    look.addEventListener("click", () => { veil(false); look.remove(); });
    if (list) {
      list.classList.add("choices");
      list.setAttribute("role", "list");
      items.forEach((item, n) => {
        const text = item.textContent.trim();
        const choose = make("button", { type: "button" }, ...item.childNodes);
        choose.addEventListener("click", () => take(text, n === right, { choice: n, truth: items[right].textContent.trim() }));
        item.append(choose);
      });
    } else {
      const field = make("input", { type: "number", step: "any", required: true });
      field.setAttribute("aria-label", word("Your number"));
      const send = make("button", { type: "submit", textContent: word("Predict") });
      const form = make("form", { className: "predict-number" }, field, send);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const said = Number(field.value);
        const off = Math.abs(said - truth) / Math.max(Math.abs(truth), 1e-9);
        take(String(said), off <= NEAR, { truth: String(truth), off });
      });
      place.append(form);
    }
    place.append(bar, remark);
    const before = stored()[id];
    if (before && before.asked === asked) return close(before);
    store(stored());
    if (!works || switchedOff() || !hidden.length) return undefined;
    bar.append(look);
    veil(true);
    // A link into what is veiled wants to see it.
    const wanted = () => {
      let target = null;
      try {
        target = document.querySelector(decodeURIComponent(location.hash) || null);
      } catch { /* no selector */ }
      if (target && hidden.some((one) => one === target || one.contains(target))) look.click();
    };
    addEventListener("hashchange", wanted);
    wanted();
    return undefined;
  };
  // --- The count in the margin: how many of the page's predictions are made, how many came true ---
  const places = [...document.querySelectorAll("div.predict")];
  const tally = make("a", { className: "tally", href: "predictions.html" });
  const count = () => {
    const made = places.map((place, index) => stored()[`${page}#${index}`]).filter(Boolean);
    tally.replaceChildren(
      make("span", {}, `${word("Predictions:")} ${made.length} / ${places.length}`),
      make("span", {}, `${word("As predicted:")} ${made.filter((one) => one.right).length} / ${made.length}`));
  };
  places.forEach(start);
  if (places.length && works) {
    count();
    document.querySelector(".sidebar-secondary-item")?.prepend(tally);
  }

  // --- The page of predictions ---
  const ledger = document.getElementById("ledger");
  const show = () => {
    const all = stored(), entries = Object.entries(all);
    const share = (list) => `${list.filter(([, one]) => one.right).length} / ${list.length}`;
    const row = (kind, cells) => make("tr", {}, ...cells.map((cell) => make(kind, {}, cell)));
    const table = (head, rows) => make("div", { className: "pst-scrollable-table-container" },
      make("table", { className: "table" }, make("thead", {}, row("th", head)), make("tbody", {}, ...rows.map((cells) => row("td", cells)))));
    ledger.replaceChildren();
    if (!entries.length) {
      ledger.append(make("p", { textContent: word("No predictions yet.") }));
    } else {
      ledger.append(make("p", { className: "predict-score", textContent: `${word("As predicted:")} ${share(entries)}` }));
      const levels = [50, 70, 90].map((value) => [value, entries.filter(([, one]) => one.sure === value)]).filter(([, list]) => list.length);
      ledger.append(table([word("How sure"), word("As predicted:").replace(":", "")], levels.map(([value, list]) => [`${sure(value)} (${value} %)`, share(list)])));
      ledger.append(table([word("Prediction"), word("You said"), word("The result"), ""], entries.map(([id, one]) => [
        make("a", { href: `${id.split("#")[0]}.html`, textContent: one.asked.slice(0, 140) }), one.said, one.truth, one.right ? "✓" : "✗",
      ])));
    }
    const save = make("button", { type: "button", textContent: word("Save as a file") });
    save.addEventListener("click", () => {
      const address = URL.createObjectURL(new Blob([JSON.stringify(all, null, 1)], { type: "application/json" }));
      make("a", { href: address, download: "predictions.json" }).click();
      URL.revokeObjectURL(address);
    });
    const drop = make("button", { type: "button", textContent: word("Delete all") });
    drop.addEventListener("click", () => {
      if (drop.dataset.sure) { store({}); show(); return; }
      drop.dataset.sure = "yes";
      drop.textContent = word("Really delete?");
    });
    const box = make("input", { type: "checkbox", checked: !switchedOff() });
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
    ledger.append(make("div", { className: "predict-bar" }, save, drop, make("label", {}, box, ` ${word("Veil results until I have predicted")}`)));
  };
  if (ledger) show();
}
