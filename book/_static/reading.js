// Where the reader is: a line of progress, the section and the time left in the bar, the lists on both
// sides that follow, and a mark on the chapters that were read. What was read stays in this browser.

{
  const READ = "book-read"; // in the browser's storage: the pages read, separated by spaces
  const article = document.querySelector(".bd-article");
  const opening = document.querySelector(".eyebrow");
  const page = location.pathname.split("/").at(-1).replace(/\.html$/, "");

  const pagesRead = () => {
    try {
      return new Set((localStorage.getItem(READ) ?? "").split(" ").filter(Boolean));
    } catch {
      return new Set(); // storage is switched off
    }
  };

  const mark = () => {
    const read = pagesRead();
    for (const link of document.querySelectorAll(".bd-sidebar-primary .bd-links a, .chapters a")) {
      const done = read.has(new URL(link.href).pathname.split("/").at(-1).replace(/\.html$/, ""));
      link.classList.toggle("read", done);
      if (done) link.title = word("Read");
    }
  };
  mark();

  const show = (list, entry) => { // scroll a list until one of its entries is in view
    if (!entry) return;
    const box = list.getBoundingClientRect(), at = entry.getBoundingClientRect();
    if (at.top < box.top + 40 || at.bottom > Math.min(box.bottom, innerHeight) - 40) {
      list.scrollTop += at.top - box.top - box.height / 2;
    }
  };
  const pages = document.querySelector(".bd-sidebar-primary .sidebar-primary-item:has(nav)");
  if (pages) requestAnimationFrame(() => show(pages, pages.querySelector("a.current")));

  if (article && opening) {
    const bar = document.querySelector(".header-article-items__start");
    const where = Object.assign(document.createElement("p"), { className: "where" });
    const [chapter, section, left] = ["chapter", "section", "left"].map(
      (className) => Object.assign(document.createElement("span"), { className }));
    where.append(chapter, section, left);
    bar.append(where);
    const line = Object.assign(document.createElement("div"), { className: "progress-line" });
    document.body.append(line);

    const plain = (heading) => {
      const copy = heading.cloneNode(true);
      copy.querySelectorAll(".headerlink, mjx-math").forEach((part) => part.remove());
      return copy.textContent.trim();
    };
    const title = article.querySelector("h1");
    const headings = [...article.querySelectorAll("h2")];
    const ends = headings.at(-1); // what to read next, references: reached, the chapter is read
    const contents = document.querySelector(".bd-sidebar-secondary");
    const update = () => {
      if ("arriving" in document.documentElement.dataset) return; // headings have no place yet
      const { top, height } = article.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, -top / Math.max(1, height - innerHeight)));
      line.style.transform = `scaleX(${share})`;
      const below = title.getBoundingClientRect().bottom < 60;
      where.hidden = !below;
      if (below) {
        const here = headings.filter((one) => one.getBoundingClientRect().top < 140).at(-1);
        chapter.textContent = plain(title);
        section.textContent = here ? plain(here) : "";
        if (here) show(contents, contents?.querySelector(`a[href="#${here.parentElement.id}"]`));
        const minutes = Math.ceil((1 - share) * opening.dataset.minutes);
        left.textContent = minutes ? word("%s min left").replace("%s", minutes) : "";
      }
      if (ends && ends.getBoundingClientRect().top < innerHeight && !pagesRead().has(page)) {
        try {
          localStorage.setItem(READ, [...pagesRead(), page].join(" "));
        } catch { /* storage is switched off */ }
        mark();
      }
    };
    let waiting = false;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; update(); });
    };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    addEventListener("arrived", soon);
    soon();
  }

  // The glossary: only the rows that hold what is typed.
  const tables = [...document.querySelectorAll("#glossary table")];
  if (tables.length) {
    const field = Object.assign(document.createElement("input"), { type: "search" });
    field.className = "form-control glossary-filter";
    field.placeholder = word("Filter the terms");
    field.setAttribute("aria-label", field.placeholder);
    document.querySelector("#glossary h1").after(field);
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const row of tables.flatMap((table) => [...table.tBodies[0].rows])) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
      }
    });
  }
}
