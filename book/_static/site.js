// What the pages of both languages do in the browser: the language switch, the copy buttons' words,
// and a search in one language.

const ready = (run) => document.addEventListener("DOMContentLoaded", run);
const word = (english) => Documentation.gettext(english);

// --- The language switch -------------------------------------------------------------------------

// The anchor of the section that the reader is in: the one the address names while its heading is
// in view, else the last one whose heading is at the top of the window or above it.
const currentSection = () => {
  const sections = [...document.querySelectorAll("article section[id]")];
  const top = (section) => section.getBoundingClientRect().top;
  const named = sections.find((section) => `#${section.id}` === decodeURIComponent(location.hash));
  if (named && top(named) > 0 && top(named) < window.innerHeight) return `#${named.id}`;
  const current = sections.filter((section) => top(section) < 120).at(-1);
  return current && current !== sections[0] ? `#${current.id}` : "";
};

// Anchors are the same in both languages, so the section can be kept; so can the words of a search.
ready(() => {
  for (const link of document.querySelectorAll("a.language-switch")) {
    link.addEventListener("click", () => {
      const target = new URL(link.href);
      target.hash = currentSection();
      target.search = location.search;
      link.href = target.href;
      try {
        localStorage.setItem("book-language", link.hreflang); // the landing page asks for it
      } catch { /* storage is switched off */ }
    });
  }
});

// --- Copy buttons --------------------------------------------------------------------------------

// sphinx-copybutton keeps its words in two globals and has none in Korean.
if (typeof messages !== "undefined") {
  messages.en = {
    copy: word("Copy"),
    copy_to_clipboard: word("Copy"),
    copy_success: word("Copied"),
    copy_failure: word("Copy failed"),
  };
  iconCopy = iconCopy.replace("Copy to clipboard", word("Copy"));
  iconCheck = iconCheck.replace("Copied!", word("Copied"));
}

// --- Search --------------------------------------------------------------------------------------

// Runs before Sphinx's own script begins to search, which also waits for the page.
ready(() => {
  const here = /search-(\w+)\.html$/.exec(location.pathname);
  if (!here || typeof Search === "undefined") return;
  const { _parseQuery, _performSearch, performTermsSearch } = Search;
  let words = [];

  // The reader's words, not the pairs of syllables they are looked up by, are shown and marked.
  Search._parseQuery = (query) => {
    const parsed = _parseQuery(query);
    words = query.toLowerCase().split(/\s+/).filter(Boolean);
    localStorage.setItem("sphinx_highlight_terms", words.join(" "));
    parsed[3] = new Set(words);
    return parsed;
  };

  // One index serves both languages.
  Search._performSearch = (...query) =>
    _performSearch(...query).filter(([page]) => page.startsWith(`book/${here[1]}/`));

  // Sphinx lets short terms be absent from a page, which pairs of syllables all are. Every term
  // must be there. A single syllable, of which the index has none, is looked for within the pairs.
  const pagesWith = (term, excluded) => {
    const terms = /^[가-힣]$/.test(term)
      ? Object.keys(Search._index.terms).filter((known) => known.includes(term))
      : [term];
    return terms.flatMap((one) => performTermsSearch(new Set([one]), excluded));
  };
  Search.performTermsSearch = (terms, excluded) => {
    const found = [...terms].map((term) => pagesWith(term, excluded));
    if (!found.length) return [];
    const names = found.map((results) => new Set(results.map(([page]) => page)));
    const seen = new Set();
    return found.flat().filter(([page]) => {
      if (seen.has(page) || !names.every((pages) => pages.has(page))) return false;
      return seen.add(page);
    });
  };

  // The words in their context, from the text of the page alone, with a link to the section.
  Search.makeSearchSummary = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const article = page.querySelector("article");
    article.querySelectorAll(".headerlink, script, style, h1").forEach((el) => el.remove());
    for (const math of article.querySelectorAll(".math")) { // x_n can be read so, \frac{...} cannot
      const source = math.textContent.replace(/\\[()[\]]/g, "");
      math.textContent = source.includes("\\") ? "…" : source;
    }
    const section = smallestSection(article);
    const text = (section ?? article).textContent.replace(/\s+/g, " ").trim();
    const found = words.map((w) => text.toLowerCase().indexOf(w)).filter((at) => at >= 0);
    const start = found.length ? Math.max(0, Math.min(...found) - 60) : 0;
    const summary = document.createElement("p");
    summary.className = "context";
    const piece = text.slice(start, start + 180).trim();
    summary.textContent = `${start ? "…" : ""}${piece}${start + 180 < text.length ? "…" : ""}`;
    if (section) {
      const link = document.createElement("a");
      link.href = `${/pagename = '([^']+)'/.exec(html)[1]}.html#${section.id}`;
      link.textContent = section.querySelector("h2, h3, h4").textContent;
      summary.append(" ", link);
    }
    return summary;
  };

  // The shortest section below the page's own that holds all the words; null if none does.
  const smallestSection = (article) => {
    const holds = (section) => {
      const text = section.textContent.toLowerCase();
      return words.every((w) => text.includes(w));
    };
    const length = (section) => section.textContent.length;
    const sections = [...article.querySelectorAll("section section[id]")].filter(holds);
    return sections.sort((a, b) => length(a) - length(b))[0] ?? null;
  };
});
