// The loop of the cut: it follows the frames, and keeps its sound on or off from pair to pair.

const SETTLE_MS = 450; // a key held down passes over frames without asking for their loops
const KEPT = "kuleshov.sound";

function query(cut) {
  return cut.nudged ? `?out=${cut.out}&in=${cut.in}` : "";
}

function sounding() {
  return sessionStorage.getItem(KEPT) === "on";
}

/** Say to the player and to the button what is to be heard. */
function tune(cut) {
  const video = document.querySelector("#monitor video");
  cut.page.querySelector('[data-act="sound"]').setAttribute("aria-pressed", String(sounding()));
  if (!video) return;
  video.muted = !sounding();
  // A browser that wants a click first plays on in silence.
  if (sounding() && video.paused && video.autoplay) {
    video.play().catch(() => {
      video.muted = true;
      video.play();
    });
  }
}

export function sound(cut) {
  sessionStorage.setItem(KEPT, sounding() ? "off" : "on");
  tune(cut);
}

/** Ask for the loop of the frames when they have stood still, and it is looked at. */
export function followLoop(cut) {
  let settle = 0;
  const wanted = () => `${cut.page.dataset.loop}${query(cut)}`;
  const follow = () => {
    const shown = document.querySelector("#monitor .loop")?.dataset.part;
    if (cut.view !== "1" || shown === wanted()) return;
    htmx.ajax("GET", wanted(), { target: "#monitor", swap: "innerHTML" });
  };
  cut.addEventListener("change", ({ detail }) => {
    clearTimeout(settle);
    settle = setTimeout(follow, detail === "frames" ? SETTLE_MS : 0);
    document.querySelector("#monitor video")?.toggleAttribute("data-hidden", cut.view !== "1");
  });
  document.addEventListener("htmx:afterSettle", () => tune(cut));
  tune(cut);
}
