// The wheel is the page's until the picture is clicked or reached by Tab: a page must stay easy to scroll.
const WAIT = 200; // milliseconds without a turn, after which the wheel has come to rest
const STEP = 240; // pixels of a turn that make a span twice as long
const LABEL = "Picture over time. Plus and minus look closer or wider, arrows go earlier and later, 0 shows the whole span.";

function render({ model, el }) {
  const tell = (kind, place = 0.5, much = 1) => model.send({ kind, place, much });
  const keys = {
    "+": () => tell("zoom", 0.5, 0.5),
    "=": () => tell("zoom", 0.5, 0.5),
    "-": () => tell("zoom", 0.5, 2),
    ArrowLeft: () => tell("move", 0.5, -0.5),
    ArrowRight: () => tell("move", 0.5, 0.5),
    0: () => tell("whole"),
  };
  const listening = new AbortController();
  const listen = () => {
    const box = el.closest(".nsgkit-gestures");
    if (!box) return;
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", LABEL);
    const how = { signal: listening.signal };
    const placeOf = (event) => {
      const axes = [...box.querySelectorAll(".role-axis-domain line")].map((line) => line.getBoundingClientRect());
      const axis = axes.find((line) => line.width > line.height);
      return axis ? Math.min(1, Math.max(0, (event.clientX - axis.left) / axis.width)) : 0.5;
    };
    let turned = 0;
    let waiting = 0;
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !box.contains(document.activeElement)) return;
      event.preventDefault();
      turned += event.deltaY;
      clearTimeout(waiting);
      const place = placeOf(event);
      waiting = setTimeout(() => {
        tell("zoom", place, Math.min(16, Math.max(1 / 16, 2 ** (turned / STEP))));
        turned = 0;
      }, WAIT);
    }, { ...how, passive: false });
    box.addEventListener("pointerdown", () => box.focus({ preventScroll: true }), how);
    box.addEventListener("dblclick", () => tell("whole"), how);
    box.addEventListener("keydown", (event) => {
      if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    }, how);
  };
  requestAnimationFrame(listen);
  return () => listening.abort();
}
export default { render };
