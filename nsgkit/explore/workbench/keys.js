// Keys of the whole panel. Whoever writes in a field writes, and keys with Ctrl or Alt are the page's.
const WRITES = "input, textarea, select, [contenteditable]";

function render({ model, el }) {
  const listening = new AbortController();
  requestAnimationFrame(() => el.closest(".nsgkit-panel")?.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(WRITES)) return;
    if (!model.get("names").includes(event.key)) return;
    event.preventDefault();
    model.send({ key: event.key });
  }, { signal: listening.signal }));
  return () => listening.abort();
}
export default { render };
