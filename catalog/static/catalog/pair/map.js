// The map of scores: click a cell, walk it by arrow keys, and read the score of the frames.

const STEPS = { ArrowUp: ["out", -1], ArrowDown: ["out", 1], ArrowLeft: ["in", -1], ArrowRight: ["in", 1] };

function mark(cut) {
  const now = cut.page.querySelector("#map .now");
  const cell = cut.cell;
  if (!now || !cell) return;
  now.setAttribute("x", String(cell.column));
  now.setAttribute("y", String(cell.row));
}

function gain(cut, score) {
  const matched = Number(cut.page.dataset.score);
  if (!cut.nudged) return asCut(cut, matched);
  if (score === null) return "";
  const more = score - matched;
  return `${more < 0 ? "−" : "+"}${Math.abs(more).toFixed(3)}`;
}

// Two middles are matched by what goes on around them; a cut shows one half of each.
function asCut(cut, matched) {
  const here = cut.cell?.score ?? matched;
  return Math.abs(here - matched) < 0.0005 ? "" : `${here.toFixed(3)} when cut right here`;
}

function tell(cut) {
  const score = cut.nudged ? (cut.cell?.score ?? null) : Number(cut.page.dataset.score);
  for (const each of cut.page.querySelectorAll('[data-shows="score"]')) {
    each.textContent = score === null ? "–" : score.toFixed(3);
  }
  const line = cut.page.querySelector('[data-shows="gain"]');
  if (line) line.textContent = gain(cut, score);
  if (!cut.nudged) tellMatched(cut);
  else for (const [name, value] of Object.entries(cut.cell?.parts ?? {})) tellPart(cut, name, value);
}

// The match's own parts, as they were drawn: they make its score, the map's make the map's.
function tellMatched(cut) {
  for (const row of cut.page.querySelectorAll(".parts-list [data-part]")) {
    const meter = row.querySelector("meter");
    if (meter) meter.value = Number(row.dataset.share);
    row.querySelector("dd span").textContent = row.dataset.text;
  }
}

function tellPart(cut, name, value) {
  const row = cut.page.querySelector(`[data-part="${CSS.escape(name)}"]`);
  if (!row) return;
  const meter = row.querySelector("meter");
  if (meter) meter.value = value ?? 0;
  const number = typeof value === "number" ? value.toFixed(meter ? 2 : 3) : String(value ?? "–");
  row.querySelector("dd span").textContent = number;
}

/** Listen on the page: the map comes, when the worker is done, after the page. */
export function showMap(cut) {
  cut.page.addEventListener("click", (event) => {
    const link = event.target.closest("#map a, #to-peak, #to-match");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const query = new URLSearchParams(link.getAttribute("href"));
    const frame = (name) => Number(link.dataset[name] ?? query.get(name));
    cut.go({ out: frame("out"), in: frame("in") });
  });
  cut.page.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.target.id !== "map") return;
    event.preventDefault();
    cut.step(...step);
  });
  cut.addEventListener("change", () => {
    mark(cut);
    tell(cut);
  });
}
