// A player that knows frames: it seeks by the timestamp table, never by a rate.

import { timecode } from "./timecode.js";

const SPEEDS = [1, 2, 4, 8];

/** Index of the last time that is not after `seconds`; 0 when all are. */
export function frameAt(times, seconds) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle] <= seconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

export class FramePlayer extends EventTarget {
  constructor(root, times, end) {
    super();
    this.root = root;
    this.video = root.querySelector("video");
    this.times = times;
    this.end = end;
    this.title = {
      num: Number(root.dataset.rateNum),
      den: Number(root.dataset.rateDen),
      start: root.dataset.start,
      drop: root.dataset.drop === "true",
    };
    this.frame = 0;
    this.wanted = null; // the frame a seek is under way to
    this.speed = 0; // negative: backwards
    this.#watch();
  }

  get last() {
    return this.times.length - 1;
  }

  /** The middle of a frame: its edges round to a neighbour in some browsers. */
  middleOf(frame) {
    const next = frame < this.last ? this.times[frame + 1] : this.end;
    return (this.times[frame] + next) / 2;
  }

  seek(frame) {
    this.speed = 0;
    this.video.pause();
    this.#go(frame);
  }

  step(frames) {
    this.seek((this.wanted ?? this.frame) + frames);
  }

  /** Stop at the frame last told: the decoder may have gone on to the next. */
  stop() {
    if (!this.speed && this.video.paused) return;
    this.speed = 0;
    this.video.pause();
    this.#go(this.frame);
  }

  play() {
    if (this.frame >= this.last) this.#go(0);
    this.speed = this.speed > 0 ? this.#faster(this.speed) : 1;
    this.video.playbackRate = this.speed;
    this.video.play();
    this.#show();
  }

  playOrStop() {
    if (this.speed || !this.video.paused) this.stop();
    else this.play();
  }

  /** Backwards: browsers cannot, so frames are stepped through on a clock. */
  reverse() {
    this.video.pause();
    const running = this.speed < 0;
    this.speed = running ? -this.#faster(-this.speed) : -1;
    this.#show();
    if (!running) this.#backwards(performance.now(), this.middleOf(this.frame));
  }

  #faster(speed) {
    return SPEEDS[Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + 1)] ?? 1;
  }

  #backwards(began, from) {
    if (this.speed >= 0) return;
    const now = performance.now();
    const at = from + (this.speed * (now - began)) / 1000;
    if (at <= 0) return this.seek(0);
    // One seek at a time: a decoder that is slower than the clock skips frames.
    if (!this.video.seeking) this.#go(frameAt(this.times, at));
    requestAnimationFrame(() => this.#backwards(now, at));
  }

  #go(frame) {
    const target = Math.min(this.last, Math.max(0, frame));
    this.wanted = target;
    this.frame = target;
    this.video.currentTime = this.middleOf(target);
    this.#show();
  }

  #watch() {
    this.video.addEventListener("seeked", () => {
      if (!this.video.seeking) this.wanted = null;
    });
    this.video.addEventListener("play", () => {
      if (this.speed <= 0) this.speed = 1;
    });
    this.video.addEventListener("pause", () => {
      if (this.speed > 0) this.speed = 0;
      this.#show();
    });
    this.video.addEventListener("ended", () => this.seek(this.last));
    if ("requestVideoFrameCallback" in this.video) this.#watchFrames();
    else this.video.addEventListener("timeupdate", () => this.#seen(this.video.currentTime));
  }

  // mediaTime is the shown frame's own time, exact where currentTime is not.
  #watchFrames() {
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      this.#seen(mediaTime + 0.0005);
      this.#watchFrames();
    });
  }

  #seen(seconds) {
    if (this.wanted !== null) return;
    this.frame = frameAt(this.times, seconds);
    this.#show();
  }

  #show() {
    const shows = (name) => this.root.querySelector(`[data-shows="${name}"]`);
    shows("tc").textContent = timecode(this.frame, this.title);
    shows("frame").textContent = String(this.frame);
    shows("speed").textContent = Math.abs(this.speed) > 1 || this.speed < 0 ? `${this.speed}×` : "";
    this.dispatchEvent(new Event("frame"));
  }
}
