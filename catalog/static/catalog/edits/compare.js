// Before and after in one film, three pictures one below another: they cannot fall out of step.
// Another attempt, where one is looked at beside this one, is a second film that follows the first.

import { bind } from "../keys.js";

let shown = null; // what keys act on

function begin(root) {
  if (root.dataset.ready) return;
  root.dataset.ready = "true";
  const [video, other] = root.querySelectorAll("video");
  const canvas = root.querySelector("canvas");
  const bar = root.querySelector(".compare-bar");
  const wipe = root.querySelector("[data-wipe]");
  const mask = root.querySelector("[data-mask]");
  const context = canvas.getContext("2d");
  const tint = document.createElement("canvas");
  let width = 0;
  let height = 0;

  function draw() {
    if (!width) return;
    const line = Math.round((width * Number(wipe.value)) / 1000);
    if (other) context.drawImage(other, 0, height, width, height, 0, 0, width, height);
    else context.drawImage(video, 0, 0, width, height, 0, 0, width, height);
    if (line < width) {
      context.drawImage(video, line, height, width - line, height, line, 0, width - line, height);
    }
    if (mask.checked) overlay();
    context.fillStyle = "#f2b33d";
    if (line > 0 && line < width) context.fillRect(line - 1, 0, 2, height);
  }

  /** What was edited is amber: its grey becomes how much of it is laid over. */
  function overlay() {
    const pen = tint.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 2 * height, width, height, 0, 0, width, height);
    const cover = pen.getImageData(0, 0, width, height);
    for (let at = 0; at < cover.data.length; at += 4) {
      cover.data[at + 3] = cover.data[at] / 2;
      cover.data.set([242, 179, 61], at);
    }
    pen.putImageData(cover, 0, 0);
    context.drawImage(tint, 0, 0);
  }

  function measure() {
    width = video.videoWidth;
    height = video.videoHeight / 3;
    for (const each of [canvas, tint]) {
      each.width = width;
      each.height = height;
    }
    // As large as it fits, whatever its form.
    canvas.style.width = `min(100%, calc(68vh * ${width / height}))`;
    for (const each of root.querySelectorAll("video")) {
      each.controls = false;
      each.classList.add("behind");
    }
    canvas.hidden = bar.hidden = false;
    root.querySelector(".plain").hidden = true;
    draw();
    root.dataset.shown = "true";
  }

  /** Keep the other film at this one's frame: exactly when it stands, nearly when it plays. */
  function follow() {
    if (!other) return;
    const apart = Math.abs(other.currentTime - video.currentTime);
    if (apart > (video.paused ? 0.001 : 1.5 * frame())) other.currentTime = video.currentTime;
    if (other.paused !== video.paused) video.paused ? other.pause() : other.play();
  }

  function frame() {
    return video.duration / (Number(root.dataset.frames) || 25);
  }

  function watch() {
    follow();
    draw();
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(watch);
    else requestAnimationFrame(watch);
  }

  function step(by) {
    video.pause();
    // The middle of a frame: its edges round to a neighbour in some browsers.
    const at = Math.floor(video.currentTime / frame() + 0.01) + by;
    const last = Math.round(video.duration / frame()) - 1;
    video.currentTime = (Math.max(0, Math.min(last, at)) + 0.5) * frame();
  }

  const does = {
    play() { if (video.paused) video.play(); else video.pause(); },
    back() { step(-1); },
    on() { step(1); },
    tint() {
      mask.checked = !mask.checked;
      draw();
    },
  };
  shown = does;
  bar.addEventListener("click", (event) => does[event.target.closest("[data-act]")?.dataset.act]?.());
  for (const name of ["play", "pause"]) {
    video.addEventListener(name, () => {
      const button = bar.querySelector("[data-act=play]");
      button.setAttribute("aria-pressed", String(!video.paused));
      button.textContent = video.paused ? "Play" : "Stop";
      follow();
    });
  }
  wipe.addEventListener("input", draw);
  mask.addEventListener("input", draw);
  video.addEventListener("seeked", () => {
    follow();
    draw();
  });
  other?.addEventListener("seeked", draw);
  other?.addEventListener("loadeddata", draw);
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    const { left, width: wide } = canvas.getBoundingClientRect();
    wipe.value = String(Math.round(((event.clientX - left) / wide) * 1000));
    draw();
  });
  if (video.readyState >= 2) measure();
  else video.addEventListener("loadeddata", measure, { once: true });
  watch();
}

function all() {
  for (const root of document.querySelectorAll("[data-compare]")) begin(root);
}

for (const [keys, act] of [[" ", "play"], [",", "back"], [".", "on"], ["t", "tint"]]) {
  bind(keys, () => (shown ? shown[act]() : false));
}

document.addEventListener("htmx:load", all);
all();
