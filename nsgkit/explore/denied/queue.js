// A table that is worked through by keys. All text goes through textContent: names from logs are hostile.
const WAIT = 150; // milliseconds without a key, after which the chosen row is opened
const VERDICTS = { b: "benign", s: "suspicious", u: "unknown" };
const SIGNS = { benign: "✓", suspicious: "▲", unknown: "?" };

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

function render({ model, el }) {
  const name = `nsgkit-queue-${Math.random().toString(36).slice(2)}`;
  const box = make("div", "nsgkit-queue");
  Object.assign(box, { tabIndex: 0, id: name });
  box.setAttribute("role", "grid");
  box.setAttribute("aria-label", model.get("said"));
  const table = make("table", "");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  box.append(table);

  const bar = make("div", "nsgkit-verdicts");
  const field = make("div", "jupyter-widgets widget-inline-hbox widget-text nsgkit-queue-note");
  const label = make("label", "widget-label", "Note");
  const note = Object.assign(document.createElement("input"), { type: "text", id: `${name}-note`, autocomplete: "off" });
  note.placeholder = "why, in your words; it is saved with the verdict";
  label.htmlFor = note.id;
  field.append(label, note);
  const buttons = Object.entries(VERDICTS).map(([key, verdict]) => {
    const button = make("button", "jupyter-widgets jupyter-button widget-button", `${SIGNS[verdict]} ${verdict}`);
    button.title = `Key ${key} while the queue has the focus`;
    button.addEventListener("click", () => decide(verdict));
    return button;
  });
  bar.append(field, ...buttons);
  el.append(box, make("p", "nsgkit-queue-keys", model.get("said")), bar);

  const drafts = new Map(); // notes that were typed and are not saved yet, by row
  let sorted = { column: -1, down: false };
  let waiting = 0;
  let active = model.get("chosen");
  const lines = () => [...body.rows];
  const place = () => lines().findIndex((line) => Number(line.dataset.id) === active);

  const tell = () => {
    clearTimeout(waiting);
    if (model.get("chosen") === active) return;
    model.set("chosen", active);
    model.save_changes();
  };
  const choose = (id) => {
    active = id;
    note.value = drafts.get(id) ?? model.get("notes")[id] ?? "";
    lines().forEach((line) => line.setAttribute("aria-selected", Number(line.dataset.id) === id));
    const line = lines()[place()];
    box.setAttribute("aria-activedescendant", line?.id ?? "");
    [...buttons, note].forEach((control) => (control.disabled = !line));
    if (!line) return;
    const top = line.offsetTop - head.offsetHeight; // the page itself must not jump
    if (top < box.scrollTop) box.scrollTop = top;
    const below = line.offsetTop + line.offsetHeight - box.clientHeight;
    if (below > box.scrollTop) box.scrollTop = below;
  };
  const go = (where) => {
    const all = lines();
    if (!all.length) return;
    choose(Number(all[Math.min(Math.max(where, 0), all.length - 1)].dataset.id));
    clearTimeout(waiting);
    waiting = setTimeout(tell, WAIT);
  };
  const decide = (verdict) => {
    if (place() < 0) return;
    tell();
    model.send({ kind: "verdict", id: active, verdict, note: note.value });
  };

  const mark = () => {
    const [marks, notes] = [model.get("marks"), model.get("notes")];
    drafts.forEach((text, id) => notes[id] === text && drafts.delete(id)); // it is saved
    lines().forEach((line) => {
      const verdict = marks[line.dataset.id];
      line.dataset.verdict = verdict ?? "";
      line.cells[0].textContent = verdict ? `${SIGNS[verdict]} ${verdict}` : "";
    });
    if (!drafts.has(active) && document.activeElement !== note) note.value = notes[active] ?? "";
  };
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const show = () => {
    const { column, down } = sorted;
    const columns = model.get("columns");
    head.replaceChildren(...columns.map(([title, number], i) => {
      const cell = make("th", number ? "nsgkit-number" : "");
      const press = make("button", "", title);
      press.title = "Sort by this";
      press.addEventListener("click", () => {
        sorted = column !== i ? { column: i, down: number } : down === number ? { column, down: !down } : { column: -1, down: false };
        show();
      });
      if (column === i) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      cell.append(press);
      return cell;
    }));
    const key = (row) => (column === 0 ? model.get("marks")[row.id] ?? "" : row.order[column]);
    const rows = [...model.get("rows")];
    if (column >= 0) rows.sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
    body.replaceChildren(...rows.map((row) => {
      const line = make("tr", "");
      line.id = `${name}-${row.id}`;
      line.dataset.id = row.id;
      line.append(...row.cells.map((text, i) => {
        const cell = make("td", columns[i][1] ? "nsgkit-number" : "", text);
        cell.title = text;
        return cell;
      }));
      line.addEventListener("click", () => {
        choose(row.id);
        tell();
      });
      return line;
    }));
    mark();
    choose(place() < 0 ? model.get("chosen") : active);
  };

  const keys = {
    j: () => go(place() + 1),
    ArrowDown: () => go(place() + 1),
    k: () => go(place() - 1),
    ArrowUp: () => go(place() - 1),
    PageDown: () => go(place() + 10),
    PageUp: () => go(place() - 10),
    Home: () => go(0),
    End: () => go(lines().length - 1),
    n: () => note.focus(),
    ...Object.fromEntries(Object.entries(VERDICTS).map(([key, verdict]) => [key, () => decide(verdict)])),
  };
  box.addEventListener("keydown", (event) => {
    // Keys that are typed into a field or on a heading are not the queue's.
    if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  note.addEventListener("input", () => drafts.set(active, note.value));
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    event.preventDefault();
    box.focus({ preventScroll: true });
  });
  model.on("change:rows", show);
  model.on("change:marks", mark);
  model.on("change:notes", mark);
  model.on("change:chosen", () => model.get("chosen") !== active && choose(model.get("chosen")));
  show();
}
export default { render };
