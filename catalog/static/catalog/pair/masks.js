// Silhouettes of 64x64 bits: their outline as a path, and how much two of them overlap.

const SIDE = 64;

/** Bits of 512 bytes in hex, row by row, the first bit of a byte first. */
export function bitsOf(hex) {
  const bits = new Uint8Array(SIDE * SIDE);
  for (let at = 0; at < hex.length; at += 1) {
    const nibble = Number.parseInt(hex[at], 16);
    for (let bit = 0; bit < 4; bit += 1) bits[4 * at + bit] = (nibble >> (3 - bit)) & 1;
  }
  return bits;
}

/** Edges between set and unset, each by the corner it starts at, the set cell on its right. */
function edgesOf(bits) {
  const set = (x, y) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && bits[y * SIDE + x] === 1;
  const edges = new Map();
  const add = (x, y, toX, toY) => {
    const key = `${x},${y}`;
    if (!edges.has(key)) edges.set(key, []);
    edges.get(key).push([toX, toY]);
  };
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      if (!set(x, y)) continue;
      if (!set(x, y - 1)) add(x, y, x + 1, y);
      if (!set(x + 1, y)) add(x + 1, y, x + 1, y + 1);
      if (!set(x, y + 1)) add(x + 1, y + 1, x, y + 1);
      if (!set(x - 1, y)) add(x, y + 1, x, y);
    }
  }
  return edges;
}

function loopFrom(edges, key) {
  const points = [];
  let at = key.split(",").map(Number);
  for (;;) {
    const next = edges.get(at.join(","))?.pop();
    if (!next) return points;
    points.push(at);
    at = next;
  }
}

// Corners of single bits are stairs: each point becomes a mean of those around it.
const WEIGHTS = [1, 2, 3, 4, 3, 2, 1];

function smooth(points) {
  const reach = (WEIGHTS.length - 1) / 2;
  const whole = WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  const mean = (at, axis) => WEIGHTS.reduce((sum, weight, step) => {
    const near = points[(at + step - reach + points.length) % points.length];
    return sum + (weight * near[axis]) / whole;
  }, 0);
  if (points.length <= WEIGHTS.length) return points;
  return points.map((_, at) => [mean(at, 0).toFixed(2), mean(at, 1).toFixed(2)]);
}

/** The outline of a mask as a path in a square of 64. */
export function outline(bits) {
  const edges = edgesOf(bits);
  const loops = [];
  for (const key of edges.keys()) {
    while (edges.get(key).length) loops.push(`M${smooth(loopFrom(edges, key)).map((point) => point.join(" ")).join("L")}Z`);
  }
  return loops.join("");
}

/** Whether a point of A's picture lies in B's mask when B is placed by `place`; null: as it is. */
function placedBit(bits, x, y, place, aspects) {
  if (!place) return bits[y * SIDE + x];
  // In widths of the pictures, from their centres; the inverse of scale, turn and move.
  const right = (x + 0.5) / SIDE - 0.5 - place.dx;
  const down = ((y + 0.5) / SIDE - 0.5) / aspects.out - place.dy;
  const turn = (-place.rotation * Math.PI) / 180;
  const backX = (Math.cos(turn) * right - Math.sin(turn) * down) / place.scale;
  const backY = (Math.sin(turn) * right + Math.cos(turn) * down) / place.scale;
  const column = Math.floor(((place.mirror ? -backX : backX) + 0.5) * SIDE);
  const row = Math.floor((backY * aspects.in + 0.5) * SIDE);
  const inside = column >= 0 && row >= 0 && column < SIDE && row < SIDE;
  return inside ? bits[row * SIDE + column] : 0;
}

/** Overlap over union of two masks, B placed; 0 where both are empty. */
export function overlap(a, b, place, aspects) {
  let both = 0;
  let either = 0;
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const inB = placedBit(b, x, y, place, aspects);
      both += a[y * SIDE + x] & inB;
      either += a[y * SIDE + x] | inB;
    }
  }
  return either ? both / either : 0;
}
