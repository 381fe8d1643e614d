// A figure opens large: over the page, closed by Escape, a click or the button; on a phone in its full
// size, as it was drawn. Without a script the link around it leads to the picture itself.
//
// Where a caption is followed by links to pictures, these are the parts of the figure at their full
// size: in its order, as many across as down in each of its images. A click opens the part.

{
  const large = document.createElement("dialog");
  large.id = "large-figure";
  const close = Object.assign(document.createElement("button"), { type: "button", className: "close" });
  close.setAttribute("aria-label", word("Close"));
  close.textContent = "×";
  const picture = new Image();
  const caption = document.createElement("p");
  large.append(close, picture, caption);
  document.body.append(large);

  const phone = matchMedia("(max-width: 600px)"); // it may show the panels below each other

  const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey);

  // width: pixels of the page, for phones, where a figure is wider than the window and scrolls.
  function open(given, text, width) {
    for (const name of ["width", "height", "style"]) picture.removeAttribute(name);
    Object.assign(picture, given);
    if (width) picture.style.setProperty("--width", `${width}px`);
    caption.replaceChildren(...text);
    large.showModal();
  }

  function openPart(link) {
    open({ src: link.href, alt: link.textContent, className: "whole" }, [link.textContent]);
  }

  // The part of an image that a click is on; a key is on none.
  function partAt(event, image, parts) {
    const side = Math.sqrt(parts.length);
    const box = image.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return event.detail ? parts[Math.floor(y * side) * side + Math.floor(x * side)] : undefined;
  }

  for (const link of document.querySelectorAll(".bd-article .cell_output a.image-reference")) {
    const image = link.querySelector("img");
    const cell = link.closest("div.cell");
    const text = cell?.nextElementSibling;
    const name = text?.querySelector("strong")?.textContent.replace(/\.$/, "") ?? word("Figure");
    const images = [...(cell?.querySelectorAll("a.image-reference") ?? [])];
    let list = text?.nextElementSibling;
    if (list?.matches("details.folded")) list = list.nextElementSibling; // the figure's code
    const all = [...(list?.querySelectorAll('a.download[href$=".jpg"]') ?? [])];
    const count = all.length / images.length;
    const parts = all.slice(images.indexOf(link) * count).slice(0, count);
    link.setAttribute("aria-label", word("Enlarge %s").replace("%s", name));
    link.addEventListener("click", (event) => {
      if (!plain(event)) return;
      event.preventDefault();
      const part = partAt(event, image, parts);
      if (part) return openPart(part);
      const { currentSrc, src, alt, className, naturalWidth: width, naturalHeight: height } = image;
      const words = text?.matches(".figure-caption") ? text.cloneNode(true).childNodes : [];
      if (phone.matches) return open({ src, alt, className }, words, image.getAttribute("width"));
      open({ src: currentSrc || src, alt, className, width, height }, words);
    });
    for (const part of parts)
      part.addEventListener("click", (event) => {
        if (!plain(event)) return;
        event.preventDefault();
        openPart(part);
      });
  }
  large.addEventListener("click", (event) => { if (event.target !== caption) large.close(); });
}
