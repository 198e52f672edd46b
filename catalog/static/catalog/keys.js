// Which key does what. Keys never fire while someone types, nor with Ctrl, Alt or Meta.

const bound = new Map();
let lead = "";
let leadTimer = 0;

/** Bind a key ("a", "Shift+ArrowLeft") or a sequence of two ("g t") to an act. */
export function bind(keys, act) {
  for (const key of [keys].flat()) bound.set(key, act);
}

function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey && event.key.length > 1 ? `Shift+${key}` : key;
}

function typing(target) {
  return target.closest("input:not([type=range], [type=checkbox]), select, textarea, [contenteditable]") !== null;
}

/** AltGr types brackets on many keyboards, and says Ctrl and Alt while it does. */
function chord(event) {
  return (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
}

/** Enter and Space belong to a focused button, link or box. */
function ownKey(target, name) {
  return ["Enter", " "].includes(name) && target.closest("button, a, summary, video, input[type=checkbox]") !== null;
}

function find(name) {
  const act = bound.get(lead ? `${lead} ${name}` : name);
  const leads = !lead && [...bound.keys()].some((keys) => keys.startsWith(`${name} `));
  clearTimeout(leadTimer);
  lead = leads ? name : "";
  leadTimer = setTimeout(() => { lead = ""; }, 1200);
  return act;
}

document.addEventListener("keydown", (event) => {
  if (chord(event) || event.defaultPrevented) return;
  if (!(event.target instanceof Element) || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  if (ownKey(event.target, name)) return;
  const act = find(name);
  if (act && act(event) !== false) event.preventDefault();
});
