// The pair page: which key and which button does what.

import { bind } from "../keys.js";
import { say } from "../say.js";
import { Cut } from "./cut.js";
import { Found } from "./found.js";
import { followLoop, sound } from "./loop.js";
import { followPanel } from "./laid.js";
import { showMap } from "./map.js";
import { showMonitors } from "./monitors.js";
import { showStage } from "./stage.js";

const cut = new Cut(document.getElementById("pair"));

function bindKeys() {
  bind("[", () => cut.step("out", -1));
  bind("]", () => cut.step("out", 1));
  bind("{", () => cut.step("in", -1));
  bind("}", () => cut.step("in", 1));
  for (const view of "1234567") bind(view, () => cut.show(view));
  bind("t", () => act("align"));
  bind("m", () => sound(cut));
  for (const [key, name] of [["b", "to-peak"], ["0", "to-match"], ["n", "after"], ["p", "before"], ["Escape", "to-board"]]) {
    bind(key, () => document.getElementById(name)?.click() ?? false);
  }
}

const ACTS = {
  sound: () => sound(cut),
  align: () => cut.align(!cut.aligned),
  play: () => document.querySelector("#monitor video")?.click(),
};

function act(name) {
  const button = cut.page.querySelector(`[data-act="${name}"]`);
  if (button.disabled) return say("There is nothing to lay on A: no subject on both sides.");
  button.click();
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    say("Copied.");
  } catch {
    // Without https a browser has no clipboard: the words are there to be selected.
    say(words);
  }
}

function listen() {
  cut.page.addEventListener("click", (event) => {
    const view = event.target.closest(".views [data-view]");
    if (view && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      cut.show(view.dataset.view);
    }
    ACTS[event.target.closest("[data-act]")?.dataset.act]?.();
    const words = event.target.closest("[data-copy]")?.dataset.copy;
    if (words) copy(words);
  });
  document.getElementById("monitor").addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLVideoElement)) return;
    if (target.paused) target.play();
    else target.pause();
  });
}

/** What forms send and where they come back to follows the frames. */
function followForms() {
  for (const name of ["out", "in", "aligned"]) {
    const field = cut.page.querySelector(`.keep [name="${name}"]`);
    if (field) field.value = name === "aligned" ? cut.page.dataset.aligned : String(cut[name]);
  }
  for (const field of cut.page.querySelectorAll('[name="next"]')) field.value = location.pathname + location.search;
  for (const id of ["before", "after"]) {
    const link = document.getElementById(id);
    if (!link) continue;
    const query = new URLSearchParams(link.search);
    if (cut.view === "1") query.delete("view");
    else query.set("view", cut.view);
    link.search = query.toString();
  }
}

/** Read the frames around, now or when the worker has compared them. */
async function readFound() {
  const address = document.querySelector("#offsets[data-found]")?.dataset.found;
  if (!address || cut.found) return;
  const found = await Found.load(address);
  if (found && !cut.found) cut.know(found);
  cut.page.dataset.ready = String(Boolean(found));
}

/** Have the next pair's loop and map made, and its pictures here, before it is asked for. */
function prefetch() {
  const next = document.getElementById("after");
  if (!next) return;
  for (const part of [next.dataset.loop, next.dataset.offsets]) fetch(part, { headers: { "HX-Request": "true" } });
  for (const still of next.dataset.stills.split(" ")) new Image().src = still;
}

cut.addEventListener("change", followForms);
showMonitors(cut);
showStage(cut);
showMap(cut);
followLoop(cut);
followPanel(cut);
bindKeys();
listen();
followForms();
document.addEventListener("htmx:afterSettle", readFound);
await readFound();
prefetch();
