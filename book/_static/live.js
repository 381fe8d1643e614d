// Live figures (book/live) are loaded when the reader comes near: nothing of them costs a page at rest.

{
  const folder = new URL("live/", document.currentScript.src);
  const places = document.querySelectorAll("div.live[data-figure]");
  const begin = (target) => {
    if (target.dataset.begun) return;
    target.dataset.begun = "yes";
    import(new URL(`${target.dataset.figure}.js`, folder)).then(async ({ default: start }) => {
      target.figure = await start(target);
      target.classList.add("ready");
    }).catch((error) => {
      target.textContent = word("This figure needs a newer browser.");
      console.error(error);
    });
  };
  // At rest only what is in view; once the reader scrolls, what comes next as well.
  const watch = (rootMargin) => {
    const near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) begin(target);
    }, { rootMargin });
    places.forEach((place) => near.observe(place));
  };
  watch("0px");
  addEventListener("scroll", () => watch("600px"), { once: true, passive: true });

  // The home page's pictures move while a reader points at them, and lead to their live figure.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  for (const card of document.querySelectorAll(".chapters a")) {
    const picture = card.querySelector("img");
    const chapter = card.pathname.split("/").at(-1).replace(/\.html$/, "");
    let stop = null, wanted = false;
    const play = async () => {
      if (wanted || calm.matches || !picture) return;
      wanted = true;
      const { play: show, scenes } = await import(new URL("home.js", folder));
      if (!wanted || !(chapter in scenes)) return;
      const [figure, make] = scenes[chapter];
      card.setAttribute("href", `${card.getAttribute("href").split("#")[0]}#live-${figure}`);
      stop = show(picture, make);
    };
    const end = () => { wanted = false; stop?.(); stop = null; };
    card.addEventListener("pointerenter", play);
    card.addEventListener("focus", play);
    card.addEventListener("pointerleave", end);
    card.addEventListener("blur", end);
  }
}
