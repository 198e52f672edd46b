// The panel of components: what the handles allow follows the frames.

const SETTLE_MS = 450; // a key held down passes over frames without asking for each

/** Ask for the panel of the frames when they have stood still. */
export function followPanel(cut) {
  const base = document.getElementById("laying").dataset.part.split("?")[0];
  let settle = 0;
  const follow = () => {
    const wanted = cut.nudged ? `${base}?out=${cut.out}&in=${cut.in}` : base;
    if (document.getElementById("laying").dataset.part === wanted) return;
    htmx.ajax("GET", wanted, { target: "#laying", swap: "outerHTML" });
  };
  cut.addEventListener("change", ({ detail }) => {
    if (detail !== "frames") return;
    clearTimeout(settle);
    settle = setTimeout(follow, SETTLE_MS);
  });
}
