// Draws every chart of the page, and draws again when the reader changes between light and dark.
"use strict";

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 56rem)");

function theme(width) {
  const axis = { labelColor: style("--soft"), titleColor: style("--soft"), gridColor: style("--grid"), domainColor: style("--line"), tickColor: style("--line"), labelFontSize: 12 };
  return {
    background: "transparent",
    font: "Inter, system-ui, sans-serif",
    aria: false,
    view: { stroke: null },
    axis,
    bar: { color: style("--series") },
    line: { color: style("--series") },
    point: { color: style("--series") },
    text: { color: style("--ink") },
    legend: { orient: "bottom", columns: Math.max(2, Math.floor(width / 150)), symbolType: "square", labelColor: style("--ink"), labelFontSize: 12, labelLimit: narrow.matches ? 130 : 200, offset: 12, padding: 0 },
    range: { ramp: [style("--low"), style("--high")], heatmap: [style("--low"), style("--high")] },
  };
}

async function draw(element) {
  const target = document.getElementById(element.dataset.chart);
  const spec = JSON.parse(element.textContent);
  const room = target.clientWidth;
  const least = spec.usermeta?.leastWidth ?? 0;
  const labels = spec.encoding?.y?.axis;
  if (labels?.labelLimit) labels.labelLimit = Math.min(labels.labelLimit, 0.42 * Math.max(room, least));
  if (least > room) target.tabIndex = 0;  // it scrolls, and a keyboard must reach it
  const colours = [{ name: "ink", value: style("--ink") }, { name: "ground", value: style("--ground") }];
  // In a box of its own: the library takes role and label off the element that it draws in.
  const box = document.createElement("div");
  target.replaceChildren(box);
  await vegaEmbed(box, {
    width: least > room ? least : "container",
    autosize: { type: "fit-x", contains: "padding" },
    ...spec,
    params: [...(spec.params ?? []), ...colours],
    config: theme(room),
  }, { mode: "vega-lite", actions: false, renderer: "svg", logLevel: 1 });
  // The figure has a name and a table of its own; its marks would be read as nameless symbols.
  target.querySelector("svg").setAttribute("aria-hidden", "true");
  target.dataset.drawn = "yes";
}

function drawAll() {
  for (const element of document.querySelectorAll("script[data-chart]")) {
    draw(element).catch(error => console.error(element.dataset.chart, error));
  }
}

// Not scrollIntoView: in Chromium 150 the next Tab starts from there, past the link that skips the bar.
function showCurrent(link) {
  const bar = link?.parentElement;
  if (bar) bar.scrollLeft = link.offsetLeft - bar.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
}

drawAll();
showCurrent(document.querySelector("nav a[aria-current]"));
dark.addEventListener("change", drawAll);
narrow.addEventListener("change", drawAll);
