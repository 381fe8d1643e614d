// A figure opens large: over the page, closed by Escape, a click or the button. Without a script the
// link around it leads to the picture itself.

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

  for (const link of document.querySelectorAll(".bd-article .cell_output a.image-reference")) {
    const image = link.querySelector("img");
    const text = link.closest("div.cell")?.nextElementSibling;
    const name = text?.querySelector("strong")?.textContent.replace(/\.$/, "") ?? word("Figure");
    link.setAttribute("aria-label", word("Enlarge %s").replace("%s", name));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      picture.src = image.currentSrc || image.src;
      picture.alt = image.alt;
      picture.className = image.className;
      picture.width = image.naturalWidth;
      picture.height = image.naturalHeight;
      caption.replaceChildren(...(text?.matches(".figure-caption") ? text.cloneNode(true).childNodes : []));
      large.showModal();
    });
  }
  large.addEventListener("click", (event) => { if (event.target !== caption) large.close(); });
}
