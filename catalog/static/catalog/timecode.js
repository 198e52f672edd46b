// Frame numbers to source timecode, drop-frame included (SMPTE ST 12-1).

const two = (number) => String(number).padStart(2, "0");

/** Counts of "01:00:00:00" since midnight, at `base` counts a second. */
function countOf(text, base, drop) {
  const [h, m, s, f] = text.replace(";", ":").split(":").map(Number);
  const minutes = h * 60 + m;
  const left = drop ? (base / 15) * (minutes - Math.floor(minutes / 10)) : 0;
  return ((h * 60 + m) * 60 + s) * base + f - left;
}

function withDrops(count, base) {
  const left = base / 15;
  const perMinute = 60 * base - left;
  const perTen = 10 * perMinute + left;
  const rest = count % perTen;
  const more = rest >= left ? left * Math.floor((rest - left) / perMinute) : 0;
  return count + 9 * left * Math.floor(count / perTen) + more;
}

/** Timecode of a frame of a title: `title` is {num, den, start, drop}. */
export function timecode(frame, title) {
  const base = Math.max(1, Math.round(title.num / title.den));
  let count = frame + (title.start ? countOf(title.start, base, title.drop) : 0);
  if (title.drop) count = withDrops(count, base);
  count %= 24 * 3600 * base;
  const seconds = Math.floor(count / base);
  const words = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) => two(Math.floor(n)));
  return `${words.join(":")}${title.drop ? ";" : ":"}${two(count % base)}`;
}
