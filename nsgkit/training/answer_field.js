// A line of text of which Enter sends what stands in it: a plain field's last letters may come after Enter.
function render({ model, el }) {
  el.classList.add("jupyter-widgets", "widget-inline-hbox", "widget-text");
  const label = document.createElement("label");
  const input = document.createElement("input");
  label.className = "widget-label";
  label.style.width = "auto";
  label.textContent = model.get("description");
  label.htmlFor = input.id = `nsgkit-answer-${Math.random().toString(36).slice(2)}`;
  Object.assign(input, { type: "text", placeholder: model.get("placeholder"), autocomplete: "off", spellcheck: false });
  input.value = model.get("value");
  el.append(label, input);
  const told = () => {
    model.set("value", input.value);
    model.save_changes();
  };
  input.addEventListener("input", told);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // letters are the answer's, not JupyterLab's
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    model.send({ entered: input.value });
  });
  model.on("change:value", () => {
    if (input.value !== model.get("value") && document.activeElement !== input) input.value = model.get("value");
  });
}
export default { render };
