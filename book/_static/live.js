// Live figures (book/live) are loaded when the reader comes near: nothing of them costs a page at rest.

{
  const folder = new URL("live/", document.currentScript.src);
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      import(new URL(`${target.dataset.figure}.js`, folder)).then(async ({ default: start }) => {
        target.figure = await start(target);
        target.classList.add("ready");
      }).catch((error) => {
        target.textContent = word("This figure needs a newer browser.");
        console.error(error);
      });
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll("div.live[data-figure]").forEach((figure) => near.observe(figure));
}
