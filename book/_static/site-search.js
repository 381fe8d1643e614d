// Sphinx's search, kept to one language. Runs right after Sphinx's own script, before the index comes.

{
  const language = document.documentElement.lang;
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
    _performSearch(...query).filter(([page]) => page.startsWith(`book/${language}/`));

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
      const source = math.dataset.tex ?? "\\";
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
      const address = page.querySelector("link[rel=canonical]").href;
      link.href = `${/book\/\w+\/[^/]+$/.exec(address)[0]}#${section.id}`;
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
}
