/* While a name or a number is typed, those that look like it are shown. Each field has its own part of the box, so that
   the number typed next does not wipe away what was said about the name. */
import { make, on } from "./dom.js";

const asked = new WeakMap();
const timers = new WeakMap();

async function look(input) {
  const box = document.querySelector(input.dataset.dupBox);
  if (!box) return;
  const mine = (asked.get(input) || 0) + 1;
  asked.set(input, mine);
  if (input.value.trim().length < 2) return show(box, input, "");
  const url = new URL(input.dataset.dupUrl, location.href);
  url.searchParams.set("field", input.name);
  url.searchParams.set("value", input.value);
  if (input.dataset.dupRecord) url.searchParams.set("record", input.dataset.dupRecord);
  const response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (response?.ok && mine === asked.get(input)) show(box, input, (await response.text()).trim());
}

/** What the server drew with a refused form goes when the first of the fields, its title, is typed anew. */
function show(box, input, html) {
  const first = input.form?.querySelector("[data-dup-url]") === input;
  for (const part of [...box.childNodes]) if (part.dataset?.of === input.name || (first && !part.dataset?.of)) part.remove();
  if (html) box.append(make("div", { "data-of": input.name, innerHTML: html }));
}

function later(input) {
  clearTimeout(timers.get(input));
  timers.set(input, setTimeout(() => look(input), 350));
}

export function listen() {
  on("input", "[data-dup-url]", (event, input) => { if (!event.isComposing) later(input); });
  on("compositionend", "[data-dup-url]", (_, input) => later(input));
}
