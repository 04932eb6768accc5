/* While a name or a number is typed, those that look like it are shown below it. */
import { calm, on } from "./dom.js";

let asked = 0;

async function look(input) {
  const box = document.querySelector(input.dataset.dupBox);
  if (!box) return;
  const mine = ++asked;
  if (input.value.trim().length < 2) return box.replaceChildren();
  const url = new URL(input.dataset.dupUrl, location.href);
  url.searchParams.set("field", input.name);
  url.searchParams.set("value", input.value);
  if (input.dataset.dupRecord) url.searchParams.set("record", input.dataset.dupRecord);
  const response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (mine === asked && response?.ok) box.innerHTML = (await response.text()).trim();
}

export function listen() {
  const later = calm(look, 350);
  on("input", "[data-dup-url]", (event, input) => { if (!event.isComposing) later(input); });
  on("compositionend", "[data-dup-url]", (_, input) => later(input));
}
