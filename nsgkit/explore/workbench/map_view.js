// A map is a page of its own. It says which mark was clicked, as a number; it is told which bin to show.
function render({ model, el }) {
  const box = Object.assign(document.createElement("div"), { className: "nsgkit-map" });
  const numbers = new Map(); // frame -> number of its page: for a moment there are two
  let shown = null;
  el.append(box);

  const tellBin = () => shown?.contentWindow?.postMessage({ nsgkit: "bin", bin: model.get("bin") }, "*");
  const draw = () => {
    if (!model.get("page")) return;
    const frame = Object.assign(document.createElement("iframe"), { title: model.get("words"), srcdoc: model.get("page") });
    numbers.set(frame, model.get("number"));
    // The one before stays in sight until this one is drawn.
    frame.addEventListener("load", () => {
      for (const other of [...numbers.keys()]) {
        if (numbers.get(other) < numbers.get(frame)) {
          numbers.delete(other);
          other.remove();
        }
      }
      shown = frame;
      tellBin();
    });
    box.append(frame);
  };
  const hear = (event) => {
    const frame = [...numbers.keys()].find((each) => each.contentWindow === event.source);
    const said = event.data;
    if (!frame || !said || !["place", "country"].includes(said.nsgkit)) return;
    if (Number.isInteger(said.place) && said.place >= 0) model.send({ row: said.place, number: numbers.get(frame) });
  };
  window.addEventListener("message", hear);
  model.on("change:page", draw);
  model.on("change:bin", tellBin);
  draw();
  return () => {
    window.removeEventListener("message", hear);
    model.off("change:page", draw);
    model.off("change:bin", tellBin);
  };
}
export default { render };
