// The board and the pair page: move between pairs, play the focused one, judge by one key.

import { bind } from "./keys.js";

const SETTLE_MS = 110; // a key held down passes over pairs without asking for their loops
const cards = () => [...document.querySelectorAll(".card")];
const monitor = document.getElementById("monitor");
let current = ""; // id of the pair whose loop is on the monitor
let settle = 0;
let ahead = new AbortController();

function columns() {
  const grid = document.getElementById("cards");
  return grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
}

function chosen() {
  return document.activeElement?.closest(".card") ?? document.getElementById(current);
}

function choose(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = cards();
  const at = all.indexOf(chosen());
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  if (next) choose(next);
}

// The words under the picture are the card's own, so that they are never another pair's.
function words(card) {
  const copy = document.createElement("div");
  copy.className = "monitor-words";
  for (const part of card.querySelectorAll(".sides, .total, .parts")) {
    const twin = part.cloneNode(true);
    if (twin.matches(".parts")) twin.classList.add("wide");
    copy.append(twin);
  }
  const open = document.createElement("a");
  open.className = "button";
  open.href = card.dataset.pair;
  open.textContent = "Open the pair";
  copy.append(open);
  return copy;
}

function show(card) {
  current = card.id;
  for (const other of cards()) other.classList.toggle("playing", other === card);
  const loop = document.createElement("div");
  monitor.replaceChildren(loop, words(card));
  htmx.ajax("GET", card.dataset.loop, { target: loop, swap: "outerHTML" });
  const after = cards()[cards().indexOf(card) + 1];
  if (after && stays(after)) askAhead(after.dataset.loop);
}

// What is about to be dropped has no loop any more.
const stays = (card) => card.isConnected && !card.querySelector(".htmx-request");

// Asking is what has it rendered: the next loop is there when it is wanted.
function askAhead(loop) {
  ahead = new AbortController();
  fetch(loop, { headers: { "HX-Request": "true" }, signal: ahead.signal }).catch(() => {});
}

document.addEventListener("htmx:beforeRequest", () => ahead.abort());

document.addEventListener("focusin", (event) => {
  const card = event.target.closest(".card");
  if (!card || !monitor || card.id === current) return;
  clearTimeout(settle);
  settle = setTimeout(() => stays(card) && show(card), SETTLE_MS);
});

function judge(value) {
  const card = chosen();
  const form = (card ?? document).querySelector("form.judge");
  if (!form) return false;
  // A click, not requestSubmit(): htmx sends the value of the button it saw clicked.
  form.querySelector(`button[value="${value}"]`).click();
  if (card) move(1);
}

// Whoever asked for less motion starts the loop by hand.
function calm() {
  const video = monitor?.querySelector("video[autoplay]");
  if (!video || !matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  video.autoplay = false;
  video.controls = true;
  video.pause();
}

document.addEventListener("htmx:afterSettle", calm);
calm();

function playOrStop() {
  const video = monitor?.querySelector("video");
  if (!video) return false;
  if (video.paused) video.play();
  else video.pause();
}

if (cards().length || document.getElementById("board")) {
  bind("ArrowRight", () => move(1));
  bind("ArrowLeft", () => move(-1));
  bind("ArrowDown", () => move(columns()));
  bind("ArrowUp", () => move(-columns()));
  bind("Enter", () => {
    const card = chosen();
    if (!card) return false;
    location.assign(card.dataset.pair);
  });
}
// Rejecting with a reason: the list opens on its first reason, and digits choose.
function askWhy() {
  const reasons = (chosen() ?? document).querySelector("details.reasons");
  if (!reasons) return false;
  reasons.open = !reasons.open;
  reasons.querySelector(reasons.open ? "form button" : "summary").focus();
}

function inReasons(event) {
  const reasons = event.target.closest?.("details[open]");
  if (!reasons) return;
  const buttons = [...reasons.querySelectorAll("form button")];
  const at = buttons.indexOf(document.activeElement);
  if (event.key === "Escape") {
    reasons.open = false;
    reasons.querySelector("summary").focus();
  } else if (reasons.matches(".reasons") && buttons[event.key - 1]) buttons[event.key - 1].click();
  else if (reasons.matches(".reasons") && event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
  else if (reasons.matches(".reasons") && event.key === "ArrowUp") buttons.at(at - 1).focus();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", inReasons, true);
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.reasons[open], details.rename[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  // Afterwards: htmx forgets which button was clicked when that one loses the focus.
  const card = event.target.closest?.("details.reasons form button")?.closest(".card");
  if (card) setTimeout(() => {
    card.querySelector("details.reasons").open = false;
    choose(card);
    move(1);
  });
});

function keep() {
  const form = (chosen() ?? document).querySelector("form.keep");
  if (!form) return false;
  form.querySelector("button").click();
}

bind("a", () => judge("good"));
bind("x", () => judge("bad"));
bind("r", askWhy);
bind("c", keep);
bind("u", () => document.getElementById("undo")?.requestSubmit());
bind(" ", playOrStop);

// An answer replaces its card: whoever was on it stays on it.
let held = "";
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const card = event.detail.target.closest?.(".card");
  held = card && card.contains(document.activeElement) ? card.id : "";
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
  held = "";
  document.getElementById(current)?.classList.add("playing");
});
