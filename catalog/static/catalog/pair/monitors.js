// The two monitors: the still of the frame, its timecode, its handle, the shot it lies in.

import { timecode } from "../timecode.js";

const NEAR = 4; // frames whose stills are fetched before anybody asks for them

function words(section, name, text) {
  section.querySelector(`[data-shows="${name}"]`).textContent = text;
}

function draw(cut, name) {
  const side = cut.sides[name];
  const { section, frame, first, last, matched } = side;
  const tc = timecode(frame, side.title);
  const place = name === "out" ? "leaving" : "entering";
  for (const picture of cut.page.querySelectorAll(`.${place} .moment img`)) {
    const address = side.still(frame);
    if (picture.getAttribute("src") !== address) picture.src = address;
    picture.alt = `Frame ${frame} at ${tc}`;
  }
  words(section, "tc", tc);
  words(section, "frame", String(frame));
  words(section, "nudge", frame === matched ? "" : `${frame > matched ? "+" : "−"}${Math.abs(frame - matched)}`);
  words(section, "handle", String(name === "out" ? last - frame : frame - first));
  const used = section.querySelector(".extent .used");
  used.setAttribute("x", String(name === "out" ? first : frame));
  used.setAttribute("width", String(name === "out" ? frame + 1 - first : last + 1 - frame));
}

function fetchNear(cut, name) {
  const side = cut.sides[name];
  const [first, last] = cut.found.reach(name);
  for (let step = 1; step <= NEAR; step += 1) {
    for (const frame of [side.frame + step, side.frame - step]) {
      if (frame >= first && frame <= last) new Image().src = side.still(frame);
    }
  }
}

/** Show what the cut shows, and step when a button says so. */
export function showMonitors(cut) {
  for (const [name, side] of Object.entries(cut.sides)) {
    side.section.addEventListener("click", (event) => {
      const button = event.target.closest("[data-nudge]");
      if (button) cut.step(name, Number(button.dataset.nudge));
    });
    // A frame that nobody has written yet: the number stands, the picture is missing.
    for (const picture of cut.page.querySelectorAll(".moment img")) {
      picture.addEventListener("error", () => picture.closest(".moment").classList.add("unwritten"));
      picture.addEventListener("load", () => picture.closest(".moment").classList.remove("unwritten"));
    }
  }
  cut.addEventListener("change", ({ detail }) => {
    for (const name of Object.keys(cut.sides)) {
      if (detail === "frames") draw(cut, name);
      if (cut.found && (detail === "frames" || detail === "found")) fetchNear(cut, name);
    }
  });
}
