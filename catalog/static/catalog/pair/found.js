// The file of the frames around a cut: scores, parts, masks and flow by frame.

const AXES = { out: ["leaving", "leaving_frames"], in: ["entering", "entering_frames"] };

export class Found {
  constructor(file) {
    this.file = file;
  }

  static async load(address) {
    const answer = await fetch(address);
    return answer.ok ? new Found(await answer.json()) : null;
  }

  frames(side) {
    return this.file[AXES[side][1]];
  }

  reach(side) {
    const frames = this.frames(side);
    return [frames[0], frames.at(-1)];
  }

  at(out, into) {
    const row = this.frames("out").indexOf(out);
    const column = this.frames("in").indexOf(into);
    if (row < 0 || column < 0) return null;
    const parts = Object.entries(this.file.parts).map(([name, grid]) => [name, grid[row][column]]);
    return { row, column, score: this.file.scores[row][column], parts: Object.fromEntries(parts) };
  }

  isPeak(cell) {
    const peak = this.file.peak;
    return peak !== null && cell?.row === peak[0] && cell?.column === peak[1];
  }

  mask(side, frame) {
    return this.#seen("masks", side, frame);
  }

  flow(side, frame) {
    return this.#seen("flow", side, frame);
  }

  #seen(what, side, frame) {
    return this.file[what]?.[AXES[side][0]]?.[this.frames(side).indexOf(frame)] ?? null;
  }
}
