// The page of a title: player, shot strip and inspector speak of the same frame.

import { bind } from "./keys.js";
import { FramePlayer } from "./player.js";
import { say } from "./say.js";

const root = document.getElementById("player");
const shots = [...document.querySelectorAll("#strip a")];

function shotAt(frame) {
  return shots.find((shot) => frame < Number(shot.dataset.end)) ?? shots.at(-1);
}

function follow(player) {
  let under = null;
  const line = document.getElementById("playhead");
  player.addEventListener("frame", () => {
    for (const end of ["x1", "x2"]) line.setAttribute(end, String(player.frame + 0.5));
    const field = document.querySelector("[data-current-frame]");
    if (field && document.activeElement !== field) field.value = String(player.frame);
    const shot = shotAt(player.frame);
    if (!shot || shot === under) return;
    under?.classList.remove("under");
    shot.classList.add("under");
    under = shot;
    const strip = document.getElementById("strip");
    strip.scrollLeft = shot.offsetLeft - strip.offsetLeft - strip.clientWidth / 2;
  });
}

/** Go to the cut before or after the shown frame. */
function toCut(player, step) {
  const cuts = shots.map((shot) => Number(shot.dataset.first));
  const next = step > 0 ? cuts.find((cut) => cut > player.frame) : cuts.findLast((cut) => cut < player.frame);
  if (next !== undefined) player.seek(next);
}

function acts(player) {
  return {
    first: () => player.seek(0),
    last: () => player.seek(player.last),
    back: () => player.step(-1),
    on: () => player.step(1),
    reverse: () => player.reverse(),
    stop: () => player.stop(),
    mute: () => mute(player.video),
    play: () => player.play(),
    "previous-cut": () => toCut(player, -1),
    "next-cut": () => toCut(player, 1),
  };
}

function mute(video) {
  video.muted = !video.muted;
  root.querySelector('[data-act="mute"]').setAttribute("aria-pressed", String(video.muted));
}

function bindKeys(player, does) {
  bind("j", does.reverse);
  bind("k", does.stop);
  bind("l", does.play);
  bind([",", "ArrowLeft"], does.back);
  bind([".", "ArrowRight"], does.on);
  bind("Shift+ArrowLeft", () => player.step(-10));
  bind("Shift+ArrowRight", () => player.step(10));
  bind("ArrowUp", does["previous-cut"]);
  bind("ArrowDown", does["next-cut"]);
  bind("m", does.mute);
  bind("Home", does.first);
  bind("End", does.last);
  bind(" ", () => player.playOrStop());
  bind("b", () => splitHere(player));
}

// The inspected shot may be another than the one under the playhead.
function splitHere(player) {
  const form = document.getElementById("split");
  if (!form) return say("Choose the shot on the strip first.");
  form.elements.frame.value = String(player.frame);
  form.requestSubmit();
}

function listen(player) {
  const does = acts(player);
  const bar = root.querySelector(".transport");
  bar.hidden = false;
  player.video.controls = false;
  bar.addEventListener("click", (event) => does[event.target.closest("[data-act]")?.dataset.act]?.());
  player.video.addEventListener("click", () => player.playOrStop());
  bindKeys(player, does);
  for (const shot of shots) {
    shot.addEventListener("click", () => {
      player.seek(Number(shot.dataset.first));
      for (const other of shots) other.removeAttribute("aria-current");
      shot.setAttribute("aria-current", "true");
    });
  }
  document.querySelector(".overview").addEventListener("click", (event) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    player.seek(Math.floor(((event.clientX - left) / width) * player.times.length));
  });
}

async function start() {
  const answer = await fetch(root.dataset.times);
  if (!answer.ok) return say("The time table is missing: frames cannot be counted.", "error");
  const { times, end } = await answer.json();
  const player = new FramePlayer(root, times, end);
  follow(player);
  listen(player);
  player.seek(Number(root.dataset.seek));
  // Told to whoever waits for the page to be ready, tests among them.
  root.dataset.ready = "true";
}

if (root) start();
