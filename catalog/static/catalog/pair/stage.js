// The stage between the monitors: the two stills laid over one another, in seven views.

import { bitsOf, outline, overlap } from "./masks.js";

const SVG = "http://www.w3.org/2000/svg";
const LAYERS = { out: "leaving", in: "entering" };
const COLUMNS = 16;
const LEAST_ARROW = 0.08; // shorter than this share of the longest, an arrow says nothing
const UNSEEN = "Nothing was seen at these frames";

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function drawMask(cut, name, hex) {
  const path = hex ? outline(bitsOf(hex)) : "";
  for (const drawing of cut.page.querySelectorAll(`.${LAYERS[name]} .outlines`)) {
    drawing.replaceChildren(...(path ? [element("path", { class: "mask", d: path, "fill-rule": "evenodd" })] : []));
  }
}

function arrows(flow, longest) {
  const found = [];
  for (let cell = 0; cell < flow.length / 2; cell += 1) {
    const [x, y] = [flow[2 * cell] / longest, flow[2 * cell + 1] / longest];
    if (Math.hypot(x, y) < LEAST_ARROW) continue;
    const [x1, y1] = [(cell % COLUMNS) + 0.5, Math.floor(cell / COLUMNS) + 0.5];
    found.push(element("line", { class: "flow", x1, y1, x2: x1 + x, y2: y1 + y }));
    found.push(element("circle", { class: "flow", cx: x1, cy: y1, r: 0.1 }));
  }
  return found;
}

/** Both fields at one scale: a slower picture has shorter arrows. */
function drawFlow(cut) {
  const fields = Object.keys(LAYERS).map((name) => [name, cut.found.flow(name, cut[name])]);
  const longest = Math.max(0, ...fields.flatMap(([, flow]) => (flow ? lengths(flow) : [])));
  for (const [name, flow] of fields) {
    for (const drawing of cut.page.querySelectorAll(`.${LAYERS[name]} .arrows`)) {
      drawing.replaceChildren(...(flow && longest ? arrows(flow, longest) : []));
    }
  }
}

function lengths(flow) {
  const found = [];
  for (let at = 0; at < flow.length; at += 2) found.push(Math.hypot(flow[at], flow[at + 1]));
  return found;
}

/** The alignment that holds at these frames: the peak's there, else that of the match. */
function alignment(cut) {
  const panel = (name) => cut.page.querySelector(`[data-alignment="${name}"]`);
  const peak = cut.found?.isPeak(cut.cell) ? panel("peak") : null;
  return peak ?? panel("here") ?? panel("match");
}

function placeOf(panel) {
  const number = (name) => Number(panel.dataset[name]);
  return Object.fromEntries(
    ["scale", "dx", "dy", "rotation", "mirror"].map((name) => [name, number(name)]),
  );
}

function place(cut) {
  const shown = alignment(cut);
  for (const panel of cut.page.querySelectorAll("[data-alignment]")) panel.hidden = panel !== shown;
  for (const button of cut.page.querySelectorAll('[data-act="align"]')) {
    button.disabled = !shown;
    button.setAttribute("aria-pressed", String(Boolean(shown) && cut.aligned));
  }
  const placed = cut.page.querySelector(".layer.entering .placed");
  placed.style.transform = shown && cut.aligned ? transform(placed, placeOf(shown)) : "";
  return shown && cut.aligned ? placeOf(shown) : null;
}

/** As CSS, about the centre of the active picture; dx and dy are widths of that picture. */
function transform(placed, { scale, dx, dy, rotation, mirror }) {
  const box = placed.querySelector(".outlines");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
  const { clientWidth, clientHeight } = placed;
  placed.style.transformOrigin = `${100 * (x + width / 2)}% ${100 * (y + height / 2)}%`;
  const down = (100 * dy * width * clientWidth) / (clientHeight || 1);
  return `translate(${100 * dx * width}%, ${down}%) rotate(${rotation}deg) scale(${mirror ? -scale : scale}, ${scale})`;
}

function say(cut, placement) {
  const line = document.getElementById("stage-words");
  line.textContent = { 6: () => overlapWords(cut, placement), 7: () => flowWords(cut) }[cut.view]?.() ?? "";
}

function overlapWords(cut, placement) {
  const masks = Object.keys(LAYERS).map((name) => cut.found?.mask(name, cut[name]));
  if (!cut.found) return "";
  if (masks.includes(null)) return `${UNSEEN}: no subject ${masks[0] ? "in B" : "in A"}`;
  const aspects = { out: cut.sides.out.aspect, in: cut.sides.in.aspect };
  const share = overlap(...masks.map(bitsOf), placement, aspects);
  return `IoU ${share.toFixed(2)}${placement ? " as laid on A" : ""}`;
}

function flowWords(cut) {
  if (!cut.found) return "";
  const still = Object.keys(LAYERS).filter((name) => !cut.found.flow(name, cut[name]));
  return still.length ? `${still.map((name) => (name === "out" ? "A" : "B")).join(" and ")}: no movement` : "";
}

/** Draw the stage, and again whenever something changes. */
export function showStage(cut) {
  const stage = document.getElementById("stage");
  const mix = document.getElementById("mix");
  const blend = () => stage.style.setProperty("--mix", String(mix.value / 100));
  mix.addEventListener("input", blend);
  blend();
  const draw = () => {
    if (cut.found) {
      for (const name of Object.keys(LAYERS)) drawMask(cut, name, cut.found.mask(name, cut[name]));
      drawFlow(cut);
    }
    say(cut, place(cut));
  };
  cut.addEventListener("change", ({ detail }) => {
    if (detail === "view") markView(cut);
    draw();
  });
  new ResizeObserver(() => place(cut)).observe(stage);
  draw();
}

function markView(cut) {
  for (const link of cut.page.querySelectorAll(".views [data-view]")) {
    if (link.dataset.view === cut.view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
