// What every page does: go to another by key, show the keys, say what went wrong.
// Loaded by pages, never imported: a module with two addresses would run twice.

import { bind } from "./keys.js";
import { say } from "./say.js";

document.documentElement.classList.add("scripted");

for (const link of document.querySelectorAll("a[data-go]")) {
  bind(`g ${link.dataset.go}`, () => location.assign(link.href));
}

const sheet = document.getElementById("keys-sheet");
const opener = document.getElementById("open-keys");

async function showKeys() {
  if (!sheet.firstElementChild) {
    const answer = await fetch(opener.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return location.assign(opener.href);
    sheet.innerHTML = await answer.text();
  }
  sheet.showModal();
}

if (opener) {
  bind("?", () => { showKeys(); });
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    showKeys();
  });
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close();
  });
}

const REASONS = { 403: "You may look at this, not change it.", 404: "This is no longer there: reload the page." };

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  say(REASONS[status] ?? `The server could not do that (${status}).`, "error");
});
document.addEventListener("htmx:sendError", () => say("The server does not answer.", "error"));
