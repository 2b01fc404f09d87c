// Keys of the whole panel. Whoever writes in a field writes, and keys with Ctrl or Alt are the page's.
const WRITES = "input, textarea, select, [contenteditable]";

function render({ model, el }) {
  const listening = new AbortController();
  let before = null; // what had the focus before a key led into a field
  const listen = (panel) => panel.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const fields = model.get("fields");
    if (event.target.closest(WRITES)) {
      const led = Object.values(fields).some((name) => event.target.closest(`.${name}`));
      if (led && before && ["Enter", "Escape"].includes(event.key)) before.focus({ preventScroll: true });
      return;
    }
    if (fields[event.key]) {
      event.preventDefault();
      before = document.activeElement;
      panel.querySelector(`.${fields[event.key]} input`)?.focus();
    } else if (model.get("names").includes(event.key)) {
      event.preventDefault();
      model.send({ key: event.key });
    }
  }, { signal: listening.signal, capture: true }); // a field of ipywidgets keeps its keys to itself
  requestAnimationFrame(() => {
    const panel = el.closest(".nsgkit-panel");
    if (panel) listen(panel);
  });
  return () => listening.abort();
}
export default { render };
