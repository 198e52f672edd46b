// What is looked at: the two frames, the view, whether B is laid on A. All others listen.

const SIDES = { out: ".monitor-side.leaving", in: ".monitor-side.entering" };

function read(section) {
  const { frame, first, end, matched, still, aspect, rateNum, rateDen, start, drop } = section.dataset;
  return {
    section,
    frame: Number(frame),
    first: Number(first),
    last: Number(end) - 1,
    matched: Number(matched),
    still: (number) => still.replace(/0$/, String(number)),
    aspect: Number(aspect),
    title: { num: Number(rateNum), den: Number(rateDen), start, drop: drop === "true" },
  };
}

export class Cut extends EventTarget {
  constructor(page) {
    super();
    this.page = page;
    this.sides = Object.fromEntries(
      Object.entries(SIDES).map(([name, selector]) => [name, read(page.querySelector(selector))]),
    );
    this.chosen = false; // whether a person has said how B is to be shown
    this.found = null; // what the worker found of the frames around
  }

  get out() {
    return this.sides.out.frame;
  }

  get in() {
    return this.sides.in.frame;
  }

  get view() {
    return this.page.dataset.view;
  }

  get aligned() {
    return this.page.dataset.aligned === "1";
  }

  get nudged() {
    return Object.values(this.sides).some((side) => side.frame !== side.matched);
  }

  /** The cell of these frames: its score and parts; null where none was compared. */
  get cell() {
    return this.found?.at(this.out, this.in) ?? null;
  }

  /** Go to frames; what lies outside the shot, or was not looked at, is the last that does not. */
  go(frames) {
    for (const [name, wanted] of Object.entries(frames)) {
      const side = this.sides[name];
      const [first, last] = this.found?.reach(name) ?? [side.first, side.last];
      side.frame = Math.min(last, Math.max(first, wanted));
    }
    this.#tell("frames");
  }

  step(name, frames) {
    this.go({ [name]: this.sides[name].frame + frames });
  }

  show(view) {
    this.page.dataset.view = view;
    this.#tell("view");
  }

  align(on) {
    this.chosen = true;
    this.page.dataset.aligned = on ? "1" : "0";
    this.#tell("align");
  }

  know(found) {
    this.found = found;
    this.#tell("found");
  }

  /** The query that leads here, the board's filters with it. */
  get query() {
    const query = new URLSearchParams(location.search);
    for (const name of ["out", "in"]) {
      if (this.nudged) query.set(name, String(this[name]));
      else query.delete(name);
    }
    if (this.view === "1") query.delete("view");
    else query.set("view", this.view);
    if (this.chosen) query.set("aligned", this.page.dataset.aligned);
    return query.toString();
  }

  #tell(what) {
    const { query } = this;
    history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
    this.dispatchEvent(new CustomEvent("change", { detail: what }));
  }
}
