// A long page arrives in sections: the first two are there at once, the others follow one after the
// other (site.css hides what is to come), or a phone would stand still until all are laid out.

{
  const { dataset } = document.documentElement;
  const coming = document.querySelectorAll(
    ".bd-article > section > section:nth-of-type(n + 3), .bd-article > section > section:nth-of-type(n + 3) section");
  const TASK = 6; // milliseconds after which a task lays out no further section
  let next = 0;
  const arrive = () => {
    const begin = performance.now();
    while (next < coming.length && performance.now() < begin + TASK) {
      const section = coming[next++];
      section.classList.add("arrived");
      section.getBoundingClientRect(); // lays it out
    }
    if (next < coming.length) {
      setTimeout(arrive);
    } else {
      delete dataset.arriving;
      dispatchEvent(new Event("arrived"));
    }
  };
  // Whoever wants to go somewhere meanwhile gets the whole page.
  addEventListener("hashchange", () => {
    if (!("arriving" in dataset)) return;
    next = coming.length;
    arrive();
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  });
  if ("arriving" in dataset) setTimeout(arrive);
}
