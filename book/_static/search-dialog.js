// What is searched for shows its first sections under the field of the dialog while one types.
{
  const dialog = document.getElementById("pst-search-dialog");
  const script = new URL("search.js", document.currentScript.src);
  if (dialog) {
    const field = dialog.querySelector("input[name=q]");
    const list = Object.assign(document.createElement("ul"), { className: "search" });
    dialog.append(list);
    let ready;
    const load = () => {
      ready ??= document.getElementById("search-results") ? Promise.resolve() : new Promise((done, fail) => {
        document.head.append(Object.assign(document.createElement("script"), { src: script, onload: done, onerror: fail }));
      });
      return ready;
    };
    field.addEventListener("focus", load);
    field.addEventListener("input", async () => {
      await load();
      await BookSearch.show(field.value, list, 6);
    });
    list.addEventListener("click", () => dialog.close());
  }
}
