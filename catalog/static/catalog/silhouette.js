// A shape drawn into 64 x 64 cells of the picture, by pointer or by keys, as hex digits.

const SIDE = 64;
const root = document.getElementById("drawing");
const canvas = root.querySelector("canvas");
const context = canvas.getContext("2d");
const field = document.querySelector("input[name=mask]");
const way = document.querySelector("input[name=by][value=silhouette]");
const size = root.querySelector("[data-size]");
const covered = root.querySelector("[data-covered]");

// What was drawn, in parts of the picture; moved and scaled only when it is shown, so
// that a shape pushed over an edge comes back whole.
let drawn = new Uint8Array(SIDE * SIDE);
let placed = { x: 0, y: 0, scale: 1 };
let tool = "brush";
let cursor = { x: SIDE / 2, y: SIDE / 2 };

/** The middle of what was drawn: it grows and shrinks about it. */
function centre() {
  const sum = { x: 0, y: 0, cells: 0 };
  drawn.forEach((cell, at) => {
    if (!cell) return;
    sum.x += (at % SIDE) + 0.5;
    sum.y += Math.floor(at / SIDE) + 0.5;
    sum.cells += 1;
  });
  return sum.cells ? { x: sum.x / sum.cells, y: sum.y / sum.cells } : { x: SIDE / 2, y: SIDE / 2 };
}

function shown() {
  const cells = new Uint8Array(SIDE * SIDE);
  const middle = centre();
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const from = {
        x: Math.floor((x + 0.5 - middle.x - placed.x) / placed.scale + middle.x),
        y: Math.floor((y + 0.5 - middle.y - placed.y) / placed.scale + middle.y),
      };
      const inside = from.x >= 0 && from.x < SIDE && from.y >= 0 && from.y < SIDE;
      if (inside) cells[y * SIDE + x] = drawn[from.y * SIDE + from.x];
    }
  }
  return cells;
}

function hexOf(cells) {
  let digits = "";
  for (let at = 0; at < cells.length; at += 4) {
    digits += (cells[at] * 8 + cells[at + 1] * 4 + cells[at + 2] * 2 + cells[at + 3]).toString(16);
  }
  return digits;
}

function cellsOf(digits) {
  const cells = new Uint8Array(SIDE * SIDE);
  for (let at = 0; at < digits.length; at++) {
    const four = Number.parseInt(digits[at], 16);
    for (let bit = 0; bit < 4; bit++) cells[at * 4 + bit] = (four >> (3 - bit)) & 1;
  }
  return cells;
}

function draw() {
  const cells = shown();
  const picture = context.createImageData(SIDE, SIDE);
  for (let at = 0; at < cells.length; at++) {
    picture.data.set(cells[at] ? [218, 218, 218, 255] : [17, 17, 17, 255], at * 4);
  }
  context.putImageData(picture, 0, 0);
  if (document.activeElement === canvas && tool !== "move") {
    context.fillStyle = "#f2b33d";
    context.fillRect(Math.floor(cursor.x), Math.floor(cursor.y), 1, 1);
  }
  const count = cells.reduce((sum, cell) => sum + cell, 0);
  field.value = count ? hexOf(cells) : "";
  covered.textContent = `${Math.round((100 * count) / cells.length)} % of the picture.`;
}

/** What is shown becomes what is drawn: from here on it is painted on. */
function settle() {
  if (placed.x || placed.y || placed.scale !== 1) drawn = shown();
  placed = { x: 0, y: 0, scale: 1 };
}

// A cell is wider than high in a 16:9 picture: a round brush is an oval of cells.
function dab(x, y) {
  const across = Number(size.value) * 0.75;
  const down = (across * 16) / 9;
  for (let row = Math.floor(y - down); row <= y + down; row++) {
    for (let column = Math.floor(x - across); column <= x + across; column++) {
      const far = ((column + 0.5 - x) / across) ** 2 + ((row + 0.5 - y) / down) ** 2;
      const inside = column >= 0 && column < SIDE && row >= 0 && row < SIDE;
      if (inside && far <= 1) drawn[row * SIDE + column] = tool === "eraser" ? 0 : 1;
    }
  }
}

function stroke(from, to) {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y)));
  for (let step = 0; step <= steps; step++) {
    dab(from.x + ((to.x - from.x) * step) / steps, from.y + ((to.y - from.y) * step) / steps);
  }
}

function cellAt(event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * SIDE,
    y: ((event.clientY - box.top) / box.height) * SIDE,
  };
}

function change(act) {
  way.checked = true;
  act();
  draw();
}

function scale(factor) {
  placed.scale = Math.min(8, Math.max(0.1, placed.scale * factor));
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  let last = cellAt(event);
  change(() => {
    if (tool === "move") return;
    settle();
    dab(last.x, last.y);
  });
  const follow = (moved) => {
    const here = cellAt(moved);
    change(() => {
      if (tool === "move") placed = { ...placed, x: placed.x + here.x - last.x, y: placed.y + here.y - last.y };
      else stroke(last, here);
    });
    last = here;
  };
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("lostpointercapture", () => canvas.removeEventListener("pointermove", follow), { once: true });
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const [x, y] = ARROWS[event.key] ?? [0, 0];
  const step = event.shiftKey ? 8 : 1;
  if (x || y) {
    change(() => {
      if (tool === "move") placed = { ...placed, x: placed.x + x * step, y: placed.y + y * step };
      else cursor = { x: Math.min(SIDE - 1, Math.max(0, cursor.x + x * step)), y: Math.min(SIDE - 1, Math.max(0, cursor.y + y * step)) };
    });
  } else if (event.key === " ") {
    change(() => { settle(); dab(cursor.x, cursor.y); });
  } else if (event.key === "+" || event.key === "=") change(() => scale(1.1));
  else if (event.key === "-") change(() => scale(1 / 1.1));
  else return;
  event.preventDefault();
});
canvas.addEventListener("focus", draw);
canvas.addEventListener("blur", draw);

const ACTS = {
  clear() { drawn.fill(0); settle(); },
  smaller() { scale(1 / 1.1); },
  larger() { scale(1.1); },
  shape() { placed = { x: 0, y: 0, scale: 1 }; drawn = cellsOf(root.dataset.shape); },
};

for (const button of root.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => change(ACTS[button.dataset.act]));
}
for (const button of root.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () => {
    tool = button.dataset.tool;
    for (const other of root.querySelectorAll("[data-tool]")) other.setAttribute("aria-pressed", String(other === button));
    draw();
  });
}

root.querySelector("[role=toolbar]").hidden = false;
if (field.value.length === (SIDE * SIDE) / 4) drawn = cellsOf(field.value);
draw();
root.dataset.ready = "true";
