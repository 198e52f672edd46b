// Previews of components play while they are pointed at or in focus.

const playerOf = (target) => target.closest?.("[data-plays]");

function play(place) {
  place?.querySelector("video")?.play().catch(() => {}); // left before it could begin
}

function stop(place) {
  const video = place?.querySelector("video");
  if (!video || place.dataset.plays === "always") return;
  video.pause();
  video.currentTime = 0;
}

for (const [begin, end] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(begin, ({ target }) => play(playerOf(target)));
  document.addEventListener(end, ({ target, relatedTarget }) => {
    const place = playerOf(target);
    if (place && !place.contains(relatedTarget)) stop(place);
  });
}

// Also one that was drawn only while somebody pointed at its place.
const WANTED = ['[data-plays="always"]', "[data-plays]:hover", "[data-plays]:focus-within"];

function playWanted() {
  document.querySelectorAll(WANTED.join()).forEach(play);
}

document.addEventListener("htmx:afterSettle", playWanted);
playWanted();
