// A listbox as WAI-ARIA describes it, with the look of a table. All text goes through textContent.
function render({ model, el }) {
  const frame = Object.assign(document.createElement("div"), { className: "nsgkit-pick" });
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const name = `nsgkit-pick-${Math.random().toString(36).slice(2)}`;
  table.className = "nsgkit-table";
  frame.style.maxHeight = model.get("tall");
  // The frame has the focus, not what scrolls in it: or to focus it would scroll.
  frame.tabIndex = 0;
  frame.setAttribute("role", "listbox");
  for (const part of [table, body, table.tHead, head]) part.setAttribute("role", "presentation");
  frame.append(table);
  el.append(frame);

  const options = () => [...body.rows];
  const mark = () => {
    const value = model.get("value");
    options().forEach((row, place) => row.setAttribute("aria-selected", String(place === value)));
    frame.setAttribute("aria-activedescendant", options()[value]?.id ?? "");
    const row = options()[value];
    if (!row) return;
    // Only this list scrolls, not the page.
    const above = row.offsetTop - head.offsetHeight, below = row.offsetTop + row.offsetHeight - frame.clientHeight;
    if (frame.scrollTop > above) frame.scrollTop = above;
    else if (frame.scrollTop < below) frame.scrollTop = below;
  };
  const choose = (place) => {
    if (place < 0 || place >= options().length || place === model.get("value")) return;
    model.set("value", place);
    model.save_changes();
  };
  const draw = () => {
    frame.setAttribute("aria-label", model.get("words"));
    head.replaceChildren(...model.get("heads").map((text) => Object.assign(document.createElement("th"), { textContent: text, role: "presentation" })));
    body.replaceChildren(...model.get("rows").map((texts, place) => {
      const row = document.createElement("tr");
      row.id = `${name}-${place}`;
      row.setAttribute("role", "option");
      row.append(...texts.map((text) => {
        const cell = document.createElement("td");
        cell.append(Object.assign(document.createElement("div"), { textContent: text, title: text }));
        return cell;
      }));
      row.addEventListener("click", () => choose(place));
      return row;
    }));
    mark();
  };
  const steps = {
    ArrowDown: () => model.get("value") + 1,
    ArrowUp: () => model.get("value") - 1,
    Home: () => 0,
    End: () => options().length - 1,
  };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !steps[event.key]) return;
    event.preventDefault();
    choose(steps[event.key]());
  });
  const answers = { "change:rows": draw, "change:heads": draw, "change:value": mark };
  for (const [what, answer] of Object.entries(answers)) model.on(what, answer);
  draw();
  return () => {
    for (const [what, answer] of Object.entries(answers)) model.off(what, answer);
  };
}
export default { render };
