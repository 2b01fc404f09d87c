// What is wrong with the notebook that is in front: one sentence each, with the cell's number.
// Runs in the page. Nothing here knows a particular notebook.
() => {
  const faults = [];
  const size = (node) => node.getBoundingClientRect();
  const shown = (node) => size(node).width > 1 && size(node).height > 1;
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 200);

  const TEXT_IN_PLACE_OF_A_PICTURE = [
    /"?\$schema"?\s*:/,
    /^alt\.\w*Chart\(/,
    /^<[\w.]+ object at 0x/,
    /^[A-Z]\w+\(((children|value|layout|options)=|\)$)/,
  ];
  const WIDGET_FAILURES = /Error displaying widget|Loading widget\.\.\.|JavaScript Error: |Error creating widget|model not found/;

  const painted = (mark) => {
    const box = mark.getBBox();
    const thin = mark.closest(".mark-line, .mark-rule, .mark-trail, .mark-tick");
    return thin ? box.width + box.height > 0 : box.width * box.height > 0;
  };
  const marksOf = (svg) =>
    [...svg.querySelectorAll(".role-mark path, .role-mark text, .role-mark line, .role-mark image, .role-mark rect")]
      .filter((mark) => !/_brush/.test(mark.closest(".role-mark").getAttribute("class")));
  const blankCanvas = (canvas) => {
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.every((value, i) => value === pixels[i % 4]);
  };

  const channels = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  const brightness = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3)
      .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const colour = getComputedStyle(n).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0.5) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (node, colour) => {
    const [low, high] = [brightness(colour), brightness(behind(node))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  const checkChart = (chart, say) => {
    const svg = chart.querySelector("svg.marks");
    const canvas = chart.querySelector("canvas");
    const name = short(svg?.querySelector(".role-title-text")?.textContent ?? "");
    if (!svg && !canvas) return say("a chart was not drawn");
    if (canvas) return blankCanvas(canvas) && say("a chart is blank");
    if (size(svg).right > size(svg.closest(".jp-OutputArea-output")).right + 1) say(`the chart "${name}" is cut at its right`);
    const marks = marksOf(svg);
    if (!marks.some(painted)) say(`the chart "${name}" draws no mark: it has axes and no rows`);
    const onlyWords = marks.every((mark) => mark.tagName === "text");
    if (!name && !onlyWords) say("a chart has no title");
    for (const axis of svg.querySelectorAll('[aria-label*="-axis"]')) {
      const label = axis.getAttribute("aria-label");
      if (/ for a time scale/.test(label)) say(`the chart "${name}" shows local time, not UTC`);
      if (/ for a utc scale/.test(label) && !/UTC/.test(label.split(" for a utc scale")[0]))
        say(`the chart "${name}" does not say that its time axis is UTC`);
    }
    // White signs stand on coloured cells, not on the page.
    const cells = svg.querySelector(".mark-rect.role-mark");
    const onCell = (t) => cells && t.closest(".mark-text.role-mark") && getComputedStyle(t).fill === "rgb(255, 255, 255)";
    const words = [...svg.querySelectorAll("text")].filter((t) => t.textContent && !onCell(t));
    const pale = words.find((t) => contrast(svg, getComputedStyle(t).fill) < 3);
    if (pale) say(`the chart "${name}" has text that cannot be read on this page: "${short(pale.textContent)}"`);
  };

  const checkWords = (said, say) => {
    if (said.output_type === "error") return say(`error output: ${said.ename}: ${short(said.evalue)}`);
    if (said.name === "stderr") return say(`a warning or error is printed: ${short([said.text].flat().join(""))}`);
    const text = [said.text ?? said.data?.["text/plain"] ?? ""].flat().join("").trim();
    const only = said.output_type === "stream" || Object.keys(said.data).length === 1;
    if (only && TEXT_IN_PLACE_OF_A_PICTURE.some((shape) => shape.test(text)))
      say(`text is shown in place of a picture: ${short(text)}`);
  };

  const checkOutput = (output, say) => {
    const kind = output.dataset.mimeType ?? "";
    const text = output.innerText ?? "";
    const drawn = text.trim() || output.querySelector("img, svg, iframe, canvas, table, input, button, select, textarea");
    if (WIDGET_FAILURES.test(text)) return say(`a widget failed: ${short(text)}`);
    const closed = !output.firstElementChild && output.closest(".jp-OutputArea-child").parentElement.childElementCount > 1;
    if (!kind && !closed && !(drawn && shown(output))) say("a widget is blank");
    const hidden = output.querySelector(".nsgkit-left-behind"); // for as long as its explorer is there
    if (kind.includes("html") && !drawn && !hidden) say("an HTML output is blank");
  };

  const checkFrame = (frame, say) => {
    const page = frame.contentDocument?.body;
    if (!page || !(page.innerText.trim() || page.querySelector("svg, canvas, img"))) return say("a framed page is blank");
    const map = page.querySelector(".leaflet-container");
    if (map && !map.querySelector("path, .leaflet-marker-icon")) say("a map draws nothing");
  };

  jupyterapp.shell.currentWidget.content.widgets.forEach((cell, index) => {
    const say = (what) => faults.push(`cell ${index + 1}: ${what}`);
    const all = (selector) => [...cell.node.querySelectorAll(selector)];
    if (cell.model.type === "code" && cell.model.sharedModel.source.trim() && !cell.model.executionCount) say("did not run");
    cell.model.outputs?.toJSON().forEach((said) => checkWords(said, say));
    all(".jp-OutputArea-output").forEach((output) => checkOutput(output, say));
    all('[data-mime-type="application/vnd.jupyter.stderr"]').filter((words) => /^Javascript Error/.test(words.innerText))
      .forEach((words) => say(`a picture failed: ${short(words.innerText)}`));
    // A picture whose tab is not in front is put away on purpose.
    all(".vega-embed").filter((chart) => !chart.closest('[style*="display: none"]')).forEach((chart) => checkChart(chart, say));
    all("iframe").forEach((frame) => checkFrame(frame, say));
    all("img").filter((image) => !image.naturalWidth).forEach(() => say("a picture is missing"));
    all('.nsgkit-problem[role="alert"]').filter(shown).forEach((line) => say(`a widget reports a problem: ${short(line.innerText)}`));
  });
  return faults;
}
