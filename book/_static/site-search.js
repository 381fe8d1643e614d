// Search by section. The index of a language's sections is built when it is first asked for.

const BookSearch = (() => {
  const script = document.currentScript.src;
  const language = document.documentElement.lang;
  const HANGUL = /^[가-힣ㄱ-ㆎ]/;

  // Korean writes particles onto the word (학습, 학습을), so Hangul is cut into pairs of syllables,
  // in the index and in the query alike. Latin words lose an ending.
  const tokenize = (text) => {
    const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase();
    const words = plain.match(/[가-힣ㄱ-ㆎ]+|(?:(?![가-힣ㄱ-ㆎ])[\p{L}\p{N}_+])+/gu) ?? [];
    return words.flatMap((word) => {
      if (HANGUL.test(word)) {
        if (word.length < 3) return [word];
        return Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
      }
      return [word.length > 3 ? word.replace(/ies$/, "y").replace(/(?<=[^su])s$/, "") : word];
    });
  };

  let ready;
  const load = () => {
    ready ??= fetch(new URL(`sections-${language}.json`, script)).then((answer) => answer.json()).then((sections) => {
      const index = new MiniSearch({
        fields: ["title", "titleAlso", "chapter", "chapterAlso", "text", "textAlso"],
        storeFields: ["page", "anchor", "chapter", "title", "text", "minor"],
        tokenize,
        processTerm: (term) => term,
      });
      index.addAll(sections);
      return index;
    });
    return ready;
  };

  const OPTIONS = {
    boost: { title: 6, titleAlso: 3, chapter: 1, chapterAlso: .5, textAlso: .5 },
    combineWith: "AND",
    prefix: (term) => !HANGUL.test(term) ? term.length > 2 : term.length === 1,
    fuzzy: false,
  };
  const fold = (text) => tokenize(text).join(" ");

  // A word that stands nowhere may be misspelled: a letter may differ, or some of its syllables.
  const lenient = (word) => HANGUL.test(word)
    ? { queries: [word], combineWith: "OR" }
    : { queries: [word], fuzzy: word.length > 3 ? (word.length > 7 ? .25 : .34) : false };

  const find = async (query) => {
    const index = await load();
    const words = query.split(/[\s\-–]+/).filter((word) => tokenize(word).length);
    if (!words.length) return [];
    const parts = words.map((word) =>
      index.search(word, OPTIONS).length ? { queries: [word] } : lenient(word));
    const queries = parts.map((part) => ({ ...OPTIONS, ...part }));
    let found = index.search({ combineWith: "AND", queries }, OPTIONS);
    if (!found.length && words.length > 1) { // no section holds all: those that hold the most
      const each = queries.map((one) => new Set(index.search({ combineWith: "AND", queries: [one] }, OPTIONS).map(({ id }) => id)));
      const held = ({ id }) => each.filter((ids) => ids.has(id)).length;
      const all = index.search({ combineWith: "OR", queries }, OPTIONS);
      const most = Math.max(0, ...all.map(held));
      found = most * 2 >= words.length ? all.filter((one) => held(one) === most) : [];
    }
    const phrase = fold(query);
    for (const one of found) {
      if (one.minor) one.score *= .2;
      else if (fold(one.title).includes(phrase)) one.score *= 4;
      else if (fold(one.text).includes(phrase)) one.score *= 1.5;
      if (!one.anchor) one.score *= .5; // the opening of a chapter names all of it
    }
    return found.sort((a, b) => b.score - a.score);
  };

  // A piece of the text around the first of the words, with the words marked: GAN, not in DCGAN.
  const context = (text, words) => {
    const pattern = words.map((word) => (HANGUL.test(word) ? "" : "(?<![\\p{L}\\p{N}])")
      + word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    const known = pattern && new RegExp(`(${pattern})`, "giu");
    const start = known ? Math.max(0, text.search(known) - 40) : 0;
    const piece = text.slice(start, start + 160);
    const line = document.createElement("p");
    line.className = "context";
    line.append(start ? "…" : "");
    for (const [i, part] of (known ? piece.split(known) : [piece]).entries()) {
      line.append(i % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
    }
    line.append(start + 160 < text.length ? "…" : "");
    return line;
  };

  const item = ({ page, anchor, chapter, title, text }, words) => {
    const link = Object.assign(document.createElement("a"), {
      href: new URL(`../${page}.html${anchor && `#${anchor}`}`, script).href,
    });
    if (title !== chapter) {
      const where = Object.assign(document.createElement("span"), { className: "chapter", textContent: `${chapter} › ` });
      link.append(where);
    }
    link.append(title);
    const entry = document.createElement("li");
    entry.append(link, context(text, words));
    return entry;
  };

  const show = async (query, list, most = 50) => {
    const found = await find(query);
    const words = query.split(/\s+/).filter(Boolean);
    list.replaceChildren(...found.slice(0, most).map((one) => item(one, words)));
    return found.length;
  };

  return { find, show };
})();

// The search page: what was asked for in its address, and what is typed from then on.
{
  const results = document.getElementById("search-results");
  if (results) {
    const summary = Object.assign(document.createElement("p"), { className: "search-summary" });
    summary.setAttribute("role", "status");
    const list = Object.assign(document.createElement("ul"), { className: "search" });
    results.append(summary, list);
    const field = document.querySelector(".bd-search-container input[name=q]");
    const run = async (query) => {
      const number = await BookSearch.show(query, list);
      summary.textContent = !query.trim() ? "" : number
        ? word("%s sections found.").replace("%s", number)
        : word("No section holds all of these words.");
    };
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    field.addEventListener("input", () => run(field.value));
    run(field.value);
  }
}
