// A phone shows the book in its own typeface (site.css), and other devices do, too, where the book's
// comes late. One that has no Hangul is sent the book's for the text, and waits for it, on pages that
// have Hangul.
{
  const links = [...document.querySelectorAll('link[as="font"]')];
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
  const asks = links.some((link) => link.href.includes("-hangul."));
  if (asks && !hangul()) {
    document.documentElement.dataset.typeface = "sent";
    for (const link of links) if (link.href.includes("pretendard")) link.media = "all";
  }
}
