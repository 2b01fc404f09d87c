/* Draws the kit's maps on Leaflet. What it is given: numbers, and texts that are inert HTML already. */
window.nsgkitMap = function (map, data) {
  "use strict";
  var LEAST = data.least, MOST = data.largest;
  var groups = {}, now = -1, timer = null, touched = false;

  function theme() {
    var dark = window.matchMedia && matchMedia("(prefers-color-scheme: dark)").matches;
    try { // JupyterLab's own theme, where the map stands in its page
      var lab = window.parent !== window && window.parent.document.body.dataset.jpThemeLight;
      if (lab) dark = lab === "false";
    } catch (error) { /* another page's frame: the system's own setting stays */ }
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }
  function followTheme() {
    theme();
    if (window.matchMedia) matchMedia("(prefers-color-scheme: dark)").addEventListener("change", theme);
    try {
      var body = window.parent !== window && window.parent.document.body;
      if (body) new MutationObserver(theme).observe(body, { attributeFilter: ["data-jp-theme-light"] });
    } catch (error) { /* as above */ }
  }

  function plain(html) {
    var box = document.createElement("div");
    box.innerHTML = html;
    return box.textContent;
  }
  function group(name) {
    if (!groups[name]) groups[name] = L.layerGroup().addTo(map);
    return groups[name];
  }
  function tell(kind, row) { // to whoever shows this map: a number of a row, and never a text
    if (window.parent !== window) window.parent.postMessage({ nsgkit: kind, place: row }, "*");
  }
  function wire(layer, thing) {
    layer.bindTooltip(thing.tip, { sticky: true, className: "nsgkit-tip" });
    if (!thing.popup) return layer;
    layer.bindPopup(thing.popup, { maxWidth: 380, maxHeight: 280, className: "nsgkit-popup" });
    layer.on("popupopen", function () { layer.closeTooltip(); });
    layer.on("click", function () { tell(thing.kind, thing.row); });
    layer.on("add", function () {
      var node = layer.getElement && layer.getElement();
      if (!node || thing.silent) return;
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", plain(thing.tip));
      node.addEventListener("keydown", function (event) {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        layer.openPopup();
        tell(thing.kind, thing.row);
      });
    });
    return layer;
  }

  function outlines() {
    L.geoJSON(data.outlines, {
      interactive: false, style: { className: "nsgkit-land", weight: 0.6, fillOpacity: 1 },
      attribution: "Outlines: Natural Earth",
    }).addTo(map);
  }
  function shades() {
    L.geoJSON(data.outlines, {
      filter: function (country) { return country.properties.code in data.shades; },
      style: function (country) {
        var shade = data.shades[country.properties.code];
        return {
          className: shade.none ? "nsgkit-shade nsgkit-none" : "nsgkit-shade", weight: shade.none ? 1.5 : 0.6,
          fillColor: data.shade, fillOpacity: shade.opacity, color: data.colours.unknown,
        };
      },
      onEachFeature: function (country, layer) { wire(layer, data.shades[country.properties.code]); },
    }).addTo(map);
  }

  function radius(value, most) {
    return Math.max(LEAST, MOST * Math.sqrt(value / most));
  }
  function sizes(point) { // allowed, denied, undecided: of all the time, or of the bin that is shown
    if (now < 0) return point.parts;
    return point.bins[now] || [0, 0, 0];
  }
  var LOOKS = {
    allowed: { fillColor: data.colours.allowed, color: data.colours.allowed, fillOpacity: 0.55, weight: 1 },
    denied: { fill: true, fillOpacity: 0.06, fillColor: data.colours.denied, color: data.colours.denied, weight: 2.5 },
    undecided: { fillColor: data.colours.unknown, color: data.colours.unknown, fillOpacity: 0.4, weight: 1 },
    uncounted: { fill: true, fillOpacity: 0.06, color: data.colours.unknown, weight: 1.5, dashArray: "1 3" },
  };
  function bubble(point, kind, value, most) {
    var look = Object.assign({ radius: value === null ? LEAST + 1 : radius(value, most), className: "nsgkit-bubble nsgkit-" + kind }, LOOKS[kind]);
    wire(L.circleMarker(point.at, look), point).addTo(group(kind));
  }
  function bubbles() {
    ["allowed", "denied", "undecided", "uncounted"].forEach(function (kind) { if (groups[kind]) groups[kind].clearLayers(); });
    var most = now < 0 ? data.most : data.mostOfBin;
    data.points.forEach(function (point) {
      if (point.opacity !== undefined) { // of a country that has no outline
        wire(L.circleMarker(point.at, { radius: 6, weight: 1.2, color: data.shade, fillColor: data.shade, fillOpacity: point.opacity, className: "nsgkit-bubble nsgkit-small" }), point).addTo(map);
        return;
      }
      var parts = sizes(point);
      ["allowed", "denied", "undecided"].forEach(function (kind, place) {
        if (parts[place] > 0) bubble(point, kind, parts[place], most);
      });
      if (now < 0 && point.uncounted) bubble(point, "uncounted", null, most);
    });
    scale(now < 0 ? data.steps : data.stepsOfBin, most);
  }

  function arcs() {
    data.arcs.forEach(function (arc) {
      var look = { color: arc.denied ? data.colours.denied : data.colours.allowed, weight: arc.weight, opacity: 0.5, dashArray: arc.denied ? "5 5" : null, className: "nsgkit-arc" };
      L.polyline(arc.lines, look).bindTooltip(arc.tip, { sticky: true, className: "nsgkit-tip" }).addTo(group("lines"));
    });
    data.sites.forEach(function (site) {
      var icon = L.divIcon({ className: "nsgkit-site", iconSize: [11, 11] });
      L.marker(site.at, { icon: icon, alt: plain(site.tip), title: "" }).bindTooltip(site.tip, { className: "nsgkit-tip" }).addTo(group("lines"));
    });
  }

  function scale(steps, most) {
    var box = document.querySelector(".nsgkit-sizes");
    if (!box) return;
    box.innerHTML = steps.map(function (step) {
      var r = radius(step[0], most), d = 2 * r + 2;
      return '<span class="nsgkit-size"><svg width="' + d + '" height="' + d + '"><circle cx="' + d / 2 + '" cy="' + d / 2 + '" r="' + r + '"/></svg>' + step[1] + "</span>";
    }).join("");
  }
  function layers() {
    var named = {};
    data.layers.forEach(function (layer) { if (groups[layer[0]]) named[layer[1]] = groups[layer[0]]; });
    if (Object.keys(named).length) L.control.layers(null, named, { collapsed: false }).addTo(map);
  }

  function show(bin) {
    now = bin;
    map.closePopup();
    bubbles();
    var said = bin < 0 ? data.whole : data.bins[bin] || "Nothing on the map in this time";
    document.querySelector(".nsgkit-when").innerHTML = said;
    var slider = document.querySelector(".nsgkit-time input");
    slider.value = bin;
    slider.setAttribute("aria-valuetext", plain(said));
  }
  function play() {
    var button = document.querySelector(".nsgkit-time button");
    if (timer) { clearInterval(timer); timer = null; button.textContent = "▶ Play"; return; }
    button.textContent = "❚❚ Pause";
    if (now >= data.bins.length - 1) show(-1);
    timer = setInterval(function () {
      if (now >= data.bins.length - 1) return play();
      show(now + 1);
    }, 700);
  }
  function time() {
    if (!data.bins.length) return;
    document.querySelector(".nsgkit-time button").addEventListener("click", play);
    document.querySelector(".nsgkit-time input").addEventListener("input", function (event) {
      if (timer) play();
      show(Number(event.target.value));
    });
  }

  function follow() { // an explorer around this map plays its time: a number of a bin, and never a text
    var bar = document.querySelector(".nsgkit-time");
    if (!bar) return;
    window.addEventListener("message", function (event) {
      var said = event.data;
      if (event.source !== window.parent || !said || said.nsgkit !== "bin" || !Number.isInteger(said.bin)) return;
      bar.style.display = "none";
      if (said.bin !== now) show(said.bin);
    });
  }

  function fit() {
    map.invalidateSize();
    if (touched) return; // whoever has moved the map keeps what they look at
    map.fitBounds([[-56, -170], [78, 180]], { animate: false });
  }

  followTheme();
  if (!data.tiles) outlines();
  shades();
  arcs();
  bubbles();
  layers();
  time();
  follow();
  map.attributionControl.setPrefix("");
  map.setMinZoom(0);
  map.setMaxBounds([[-170, -260], [170, 260]]); // room for a popup beyond the outlines
  fit();
  ["pointerdown", "wheel", "keydown"].forEach(function (name) {
    map.getContainer().addEventListener(name, function () { touched = true; });
  });
  new ResizeObserver(fit).observe(map.getContainer());
  map.getContainer().addEventListener("click", function (event) { // one of several places at one point
    var row = event.target.dataset && event.target.dataset.row;
    if (row !== undefined) tell("place", Number(row));
  });
};
