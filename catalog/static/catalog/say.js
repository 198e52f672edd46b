// One sentence at the foot of the page, read and then gone: it covers pictures.

const LASTS_MS = 6000;
let fade = 0;

/** Say one sentence at the foot of the page. */
export function say(sentence, kind = "") {
  const line = document.createElement("p");
  line.textContent = sentence;
  line.className = kind;
  document.getElementById("said").replaceChildren(line);
  fadeLater();
}

function fadeLater() {
  clearTimeout(fade);
  fade = setTimeout(() => document.getElementById("said")?.replaceChildren(), LASTS_MS);
}

// Answers bring a new #said: what is watched is the page.
new MutationObserver(fadeLater).observe(document.body, { childList: true });
fadeLater();
