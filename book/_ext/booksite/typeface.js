// The first page on a phone is set in the device's own typeface: the book's, a third of all that the
// page weighs, come when everything else is there, and are in place on the pages after it. A device
// that has no Hangul is sent the text's at once, the headings' later.
{
  const links = [...document.querySelectorAll('link[as="font"]')];
  const kept = () => { try { return (localStorage.getItem("typefaces") ?? "").split(" "); } catch { return []; } };
  const store = (names) => { try { localStorage.setItem("typefaces", names.join(" ")); } catch {} };
  const hangul = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 16 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.font = "14px system-ui, sans-serif";
    const drawn = (letter) => {
      pen.clearRect(0, 0, 16, 16);
      pen.fillText(letter, 0, 13);
      return pen.getImageData(0, 0, 16, 16).data.join();
    };
    return drawn("가") !== drawn("후"); // two equal boxes: there is neither
  };
  const now = (some) => some.forEach((link) => { link.media = "all"; });
  const { dataset } = document.documentElement;
  const asks = links.some((link) => link.href.includes("-hangul-"));
  if (links.every((link) => kept().includes(link.href))) now(links);
  else if (!matchMedia(links[0].media).matches) {
    dataset.typefaces = asks && !hangul() ? "text" : "device";
    if (dataset.typefaces === "text") now(links.filter((link) => link.href.includes("pretendard")));
    const load = (link) => fetch(link.href).then((answer) => answer.arrayBuffer());
    const later = () => Promise.all(links.map(load)).then(
      () => store([...new Set([...links.map((link) => link.href), ...kept()])].slice(0, 8)), () => {});
    if (!navigator.connection?.saveData) addEventListener("load", () => setTimeout(later, 1000));
  }
}
