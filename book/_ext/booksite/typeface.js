// The first page on a phone is set in the device's own typeface: the book's, a third of all that the
// page weighs, come when everything else is there, and are in place on the pages after it.
{
  const links = [...document.querySelectorAll('link[as="font"]')];
  const kept = () => { try { return (localStorage.getItem("typefaces") ?? "").split(" "); } catch { return []; } };
  const store = (names) => { try { localStorage.setItem("typefaces", names.join(" ")); } catch {} };
  if (links.every((link) => kept().includes(link.href))) links.forEach((link) => { link.media = "all"; });
  else if (!matchMedia(links[0].media).matches) {
    document.documentElement.dataset.typefaces = "device";
    const load = (link) => fetch(link.href).then((answer) => answer.arrayBuffer());
    const later = () => Promise.all(links.map(load)).then(
      () => store([...new Set([...links.map((link) => link.href), ...kept()])].slice(0, 8)), () => {});
    if (!navigator.connection?.saveData) addEventListener("load", () => setTimeout(later, 1000));
  }
}
