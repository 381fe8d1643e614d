// Cards: what a link within the book leads to.

const card = Object.assign(document.createElement("div"), { id: "card", popover: "manual" });
card.setAttribute("role", "tooltip");
document.body.append(card);
const pages = new Map(); // address -> promise of the page
let cardLink = null;

const pageOf = (url) => {
  if (url.pathname === location.pathname) return document;
  if (!pages.has(url.pathname)) {
    const read = async () => {
      const answer = await fetch(url.pathname);
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    };
    pages.set(url.pathname, read());
  }
  return pages.get(url.pathname);
};

// The formula, the figure with its caption, the work, or the definition at an address.
const contentOf = async (link) => {
  const url = new URL(link.href);
  const target = (await pageOf(url)).getElementById(decodeURIComponent(url.hash.slice(1)));
  const parts = [];
  if (target?.matches("p.figure-caption")) {
    const image = target.previousElementSibling?.querySelector("img");
    if (image) parts.push(Object.assign(new Image(), {
      src: new URL(image.getAttribute("src"), url), alt: "", className: image.className,
    }));
    parts.push(target);
  } else if (target?.matches("div.math, ul.references > li")) {
    parts.push(target);
  } else if (target?.closest("#glossary td")) {
    const [term, other, meaning] = target.closest("tr").children;
    parts.push(term, other, meaning);
  }
  return parts.map((part) => {
    const box = document.createElement("div");
    box.append(...(part instanceof Image ? [part] : part.cloneNode(true).childNodes));
    if (part.matches?.("div.math")) box.className = "math";
    box.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
    return box;
  });
};

const hideCard = () => {
  if (cardLink) cardLink.removeAttribute("aria-describedby");
  cardLink = null;
  if (card.matches(":popover-open")) card.hidePopover();
};

const placeCard = () => {
  const at = cardLink.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const below = at.bottom + height + 8 < innerHeight || at.top < height + 8;
  card.style.top = `${below ? at.bottom + 6 : at.top - height - 6}px`;
  card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
};

const showCard = async (link, touched) => {
  cardLink = link;
  let content;
  try {
    content = await contentOf(link);
  } catch {
    return; // the page cannot be read, such as one that was opened as a file
  }
  if (cardLink !== link || !content.length) return;
  card.replaceChildren(...content);
  card.dataset.kind = link.classList[2] ?? "work";
  if (touched) {
    const go = Object.assign(document.createElement("a"), { href: link.href, textContent: word("Go there") });
    go.className = "go";
    card.append(go);
  }
  link.setAttribute("aria-describedby", "card");
  card.showPopover();
  placeCard();
};

if ("popover" in HTMLElement.prototype) {
  let wait;
  for (const link of document.querySelectorAll(".bd-article :is(a.named, a[href*='references.html#'])")) {
    link.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") wait = setTimeout(showCard, 150, link);
    });
    link.addEventListener("pointerleave", ({ pointerType }) => {
      clearTimeout(wait);
      if (pointerType === "mouse") hideCard();
    });
    link.addEventListener("focus", () => { if (link.matches(":focus-visible")) showCard(link); });
    link.addEventListener("blur", (event) => {
      if (!card.contains(event.relatedTarget)) hideCard();
    });
    link.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || cardLink === link) return;
      event.preventDefault();
      showCard(link, true);
    });
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideCard(); });
  addEventListener("scroll", () => { // which a link that takes the focus causes, too
    if (cardLink && document.activeElement !== cardLink) hideCard();
    else if (card.matches(":popover-open")) placeCard();
  }, { passive: true });
  document.addEventListener("pointerdown", (event) => {
    if (!card.contains(event.target) && event.target.closest("a") !== cardLink) hideCard();
  });
}
