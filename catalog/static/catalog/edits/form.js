// Marking on the very frame what is to be replaced, and dropping the picture.

import { say } from "../say.js";

const SIDE = 64;
const form = document.getElementById("edit-form");
const root = document.getElementById("marking");
const video = root.querySelector("video");
const overlay = root.querySelector("svg");
const scrub = root.querySelector("[data-scrub]");
const at = root.querySelector("[data-at]");
const fields = form.elements;
let cells = new Uint8Array(SIDE * SIDE);
let times = [];

const region = () => fields.region.value;

/** Only what the chosen region needs is shown, and only its mark. */
function show() {
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== region();
  const box = overlay.querySelector("[data-box]");
  const click = overlay.querySelector("[data-click]");
  const number = (name) => Number(fields[name].value || 0);
  const boxed = region() === "box" && fields.width.value !== "";
  box.toggleAttribute("hidden", !boxed);
  for (const [name, field] of [["x", "left"], ["y", "top"], ["width", "width"], ["height", "height"]]) {
    box.setAttribute(name, String(number(field)));
  }
  const clicked = region() === "click" && fields.across.value !== "";
  click.toggleAttribute("hidden", !clicked);
  const [x, y] = [number("across"), number("down")];
  click.setAttribute("d", `M${x - 3} ${y}h6M${x} ${y - 4}v8`);
  paint();
}

function paint() {
  const group = overlay.querySelector("[data-drawn]");
  const one = 100 / SIDE;
  let path = "";
  if (region() === "drawn") {
    cells.forEach((cell, place) => {
      if (cell) path += `M${(place % SIDE) * one} ${Math.floor(place / SIDE) * one}h${one}v${one}h${-one}z`;
    });
  }
  group.innerHTML = path ? `<path d="${path}"/>` : "";
}

function place(event) {
  const { left, top, width, height } = overlay.getBoundingClientRect();
  const share = (value) => Math.min(100, Math.max(0, 100 * value));
  return [share((event.clientX - left) / width), share((event.clientY - top) / height)];
}

function put(values) {
  for (const [name, value] of Object.entries(values)) fields[name].value = value.toFixed(2);
}

function dab([x, y]) {
  const size = Number(form.querySelector("[data-brush]").value) / 2;
  const { width, height } = overlay.getBoundingClientRect();
  const [across, down] = [size, (size * width) / height];
  const [column, row] = [(x / 100) * SIDE, (y / 100) * SIDE];
  for (let r = 0; r < SIDE; r++) {
    for (let c = 0; c < SIDE; c++) {
      if (((c + 0.5 - column) / across) ** 2 + ((r + 0.5 - row) / down) ** 2 <= 1) cells[r * SIDE + c] = 1;
    }
  }
}

function hexOf() {
  let digits = "";
  for (let i = 0; i < cells.length; i += 4) {
    digits += (cells[i] * 8 + cells[i + 1] * 4 + cells[i + 2] * 2 + cells[i + 3]).toString(16);
  }
  return digits;
}

function cellsOf(digits) {
  return Uint8Array.from([...digits].flatMap((digit) => {
    const four = Number.parseInt(digit, 16);
    return [3, 2, 1, 0].map((bit) => (four >> bit) & 1);
  }));
}

overlay.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  overlay.focus();
  overlay.setPointerCapture(event.pointerId);
  const from = place(event);
  // A mark on the picture is a box, unless another way of marking was chosen.
  if (!["box", "click", "drawn"].includes(region())) {
    fields.region.value = "box";
    // Set by a script it says nothing, and what it will take hangs on it.
    form.dispatchEvent(new Event("change"));
  }
  const follow = (moved) => {
    const [x, y] = place(moved);
    if (region() === "click") put({ across: x, down: y });
    else if (region() === "drawn") {
      dab([x, y]);
      fields.mask.value = hexOf();
    } else {
      put({ left: Math.min(x, from[0]), top: Math.min(y, from[1]), width: Math.abs(x - from[0]), height: Math.abs(y - from[1]) });
    }
    show();
  };
  if (region() !== "box") follow(event);
  overlay.addEventListener("pointermove", follow);
  overlay.addEventListener("lostpointercapture", () => overlay.removeEventListener("pointermove", follow), { once: true });
});

/** Show a frame by the middle of its time: its edges round to a neighbour in some browsers. */
function seek(frame) {
  const next = times[frame + 1] ?? times[frame] + (times[frame] - (times[frame - 1] ?? 0));
  video.currentTime = (times[frame] + next) / 2;
  fields.frame.value = scrub.value = String(frame);
  at.textContent = String(frame);
}

function bounds() {
  const [first, last] = [Number(fields.first_frame.value), Number(fields.last_frame.value)];
  [scrub.min, scrub.max] = [String(first), String(Math.min(last, times.length - 1))];
  const wanted = Number(fields.frame.value || first);
  seek(Math.min(Math.max(wanted, first), Number(scrub.max)));
}

function picture(file) {
  const shown = form.querySelector("[data-picture]");
  shown.src = URL.createObjectURL(file);
  shown.hidden = false;
}

function drops() {
  const drop = document.getElementById("drop");
  for (const name of ["dragover", "dragenter"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (!file?.type.startsWith("image/")) return say("This is not a picture.", "error");
    const carried = new DataTransfer();
    carried.items.add(file);
    fields.picture.files = carried.files;
    picture(file);
  });
  fields.picture.addEventListener("change", () => {
    if (fields.picture.files[0]) picture(fields.picture.files[0]);
  });
}

async function start() {
  if (fields.mask.value.length === (SIDE * SIDE) / 4) cells = cellsOf(fields.mask.value);
  drops();
  form.addEventListener("input", show);
  form.querySelector("[data-wipe]").addEventListener("click", () => {
    cells.fill(0);
    fields.mask.value = "";
    show();
  });
  show();
  const answer = await fetch(root.dataset.times);
  if (!answer.ok) return say("The time table is missing: frames cannot be shown.", "error");
  ({ times } = await answer.json());
  root.querySelector(".scrub").hidden = false;
  root.querySelector("[data-hint]").textContent = "Drag a box around it, or choose another way below and click or draw.";
  scrub.addEventListener("input", () => seek(Number(scrub.value)));
  for (const name of ["first_frame", "last_frame"]) fields[name].addEventListener("change", bounds);
  fields.frame.addEventListener("change", bounds);
  bounds();
  root.dataset.ready = "true";
}

start();
