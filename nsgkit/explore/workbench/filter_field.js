// A combobox as WAI-ARIA describes it. All text goes through textContent: names from logs are hostile.
const WAIT = 120; // milliseconds without a key, after which offers are asked for

function render({ model, el }) {
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "widget-text", "nsgkit-filter");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const name = `nsgkit-filter-${Math.random().toString(36).slice(2)}`;
  label.className = "widget-label";
  label.textContent = model.get("description");
  label.htmlFor = input.id = name;
  Object.assign(input, { type: "text", placeholder: model.get("placeholder"), autocomplete: "off", spellcheck: false });
  list.className = "nsgkit-offers";
  list.id = `${name}-offers`;
  list.setAttribute("role", "listbox");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  el.append(label, input, list);

  let active = -1;
  let waiting = 0;
  const offers = () => [...list.children];
  const mark = (place) => {
    active = place;
    offers().forEach((item, i) => item.setAttribute("aria-selected", i === place));
    offers()[place]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", offers()[place]?.id ?? "");
  };
  const close = () => {
    clearTimeout(waiting);
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const show = () => {
    const { text, start, offers: found } = model.get("offered");
    if (text !== input.value || document.activeElement !== input) return;
    close();
    list.append(...found.map(([write, meaning], i) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${i}`;
      item.setAttribute("role", "option");
      const [what, why] = [write, meaning].map((words) => Object.assign(document.createElement("span"), { textContent: words }));
      item.append(what, why);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the field keeps the focus
        take(start, write);
      });
      item.dataset.write = write;
      item.dataset.start = start;
      return item;
    }));
    input.setAttribute("aria-expanded", String(found.length > 0));
  };
  const ask = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      model.set("typed", { text: input.value, place: input.selectionStart, asked: Date.now() });
      model.save_changes();
    }, WAIT);
  };
  const take = (start, write) => {
    const begun = /[:><=]$/.test(write);
    const behind = input.value.slice(input.selectionStart);
    const written = input.value.slice(0, start) + write + (begun || behind.startsWith(" ") ? "" : " ");
    input.value = written + behind;
    input.setSelectionRange(written.length, written.length);
    close();
    if (begun) ask();
  };
  const enter = () => {
    close();
    model.set("value", input.value.trim());
    model.save_changes();
  };
  const keys = {
    ArrowDown: () => (offers().length ? mark((active + 1) % offers().length) : ask()),
    ArrowUp: () => mark((active > 0 ? active : offers().length) - 1),
    Enter: () => (active >= 0 ? take(Number(offers()[active].dataset.start), offers()[active].dataset.write) : enter()),
    Escape: close,
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && active >= 0) {
      event.preventDefault();
      keys.Enter();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  input.addEventListener("input", ask);
  input.addEventListener("blur", enter);
  const renew = () => (input.value = model.get("value"));
  renew();
  close();
  model.on("change:value", renew);
  model.on("change:offered", show);
}
export default { render };
