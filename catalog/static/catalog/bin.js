// The page of a bin: cuts change their places by key, by button and by hand.

import { bind } from "./keys.js";

const chosen = () => document.activeElement?.closest(".kept") ?? document.querySelector(".kept.playing");
let held = ""; // whose place changes stays chosen

function press(button) {
  const card = chosen();
  const found = card?.querySelector(button);
  if (!found || found.disabled) return false;
  found.click();
}

bind("Shift+ArrowUp", () => press(".up"));
bind("Shift+ArrowDown", () => press(".down"));
bind("Delete", () => press(".drop"));

document.addEventListener("htmx:beforeSwap", () => {
  const card = chosen();
  if (!card) return;
  const all = [...document.querySelectorAll(".kept")];
  // A dropped cut leaves the choice to the one that comes into its place.
  held = [card, all[all.indexOf(card) + 1], all[all.indexOf(card) - 1]].filter(Boolean).map((each) => each.id).join(" ");
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "items" && !event.detail.target.closest?.("#items")) return;
  const next = held.split(" ").map((id) => id && document.getElementById(id)).find(Boolean);
  held = "";
  next?.focus({ preventScroll: true });
});

// By hand: the cut takes the place of the one it is let go over.
let dragged = null;
const list = () => document.getElementById("items");

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".kept") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.(".kept");
  for (const card of document.querySelectorAll(".kept.over")) card.classList.toggle("over", card === over);
  if (!over || over === dragged) return;
  event.preventDefault();
  over.classList.add("over");
});

document.addEventListener("drop", (event) => {
  const over = dragged && event.target.closest?.(".kept");
  if (!over || over === dragged) return;
  event.preventDefault();
  const values = { place: over.dataset.place };
  htmx.ajax("POST", dragged.dataset.move, { source: list(), target: "#items", swap: "outerHTML", values });
});

document.addEventListener("dragend", () => {
  for (const card of document.querySelectorAll(".dragged, .over")) card.classList.remove("dragged", "over");
  dragged = null;
});
