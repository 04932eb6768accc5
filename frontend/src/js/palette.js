/* Search as you type: hits come as a fragment, arrows choose, Enter goes or does. What is open and what is ticked travels with the question. */
import { calm, on } from "./dom.js";
import { drawerOpen } from "./drawer.js";
import { allThatMatch, chosen } from "./selection.js";

const form = () => document.querySelector("[data-search]");
let asked = 0;

/** What a command would be about: the record that is shown, and the rows that are ticked. */
function about() {
  const shown = document.querySelector(drawerOpen() ? "#drawer .head[data-record-url]" : "main .head[data-record-url]");
  const rows = document.querySelector("[data-bulk]:not([hidden])")?.dataset.bulk || "";
  return { record: shown?.dataset.recordUrl || "", rows, ticked: rows ? chosen() : "", all: rows && allThatMatch() ? "1" : "" };
}

async function fetchHits(input) {
  const palette = document.getElementById("palette");
  const query = input.value.trim();
  const mine = ++asked;
  const response = await fetch(`${form().getAttribute("action")}?${new URLSearchParams({ q: query, ...about() })}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (mine !== asked || !response?.ok || new URL(response.url).pathname !== new URL(form().action).pathname) return;
  const html = (await response.text()).trim();
  if (mine !== asked || document.activeElement !== input) return;
  if (!html) return shut();
  palette.innerHTML = html;
  window.dispatchEvent(new CustomEvent("gx:added", { detail: palette }));
  palette.querySelectorAll(".hit").forEach((hit, index) => { hit.setAttribute("role", "option"); hit.id = `hit-${index}`; hit.tabIndex = -1; });
  palette.dataset.query = query;
  palette.hidden = false;
  input.setAttribute("aria-expanded", "true");
  choose(palette.querySelector(".hit"), input);
}

function choose(hit, input) {
  document.querySelectorAll("#palette .hit").forEach((each) => each.setAttribute("aria-selected", each === hit));
  if (!hit) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", hit.id);
  hit.scrollIntoView({ block: "nearest" });
}

function shut() {
  asked += 1;
  const palette = document.getElementById("palette");
  if (!palette) return;
  palette.hidden = true;
  const input = form().querySelector("input");
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function keydown(event, input) {
  if (event.isComposing) return;
  const hits = [...document.querySelectorAll("#palette:not([hidden]) .hit")];
  const at = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (hits.length) choose(hits[(at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length], input);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const hit = hits[Math.max(0, at)];
    if (hit?.href && (event.ctrlKey || event.metaKey)) window.open(hit.href, "_blank", "noopener");
    else hit?.click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (input.value) { input.value = ""; shut(); } else input.blur();
  }
}

/** A narrow box says in fewer words what may be searched. */
function fit() {
  const input = form().querySelector("input[data-short]");
  if (!input) return;
  const narrow = matchMedia("(max-width: 640px)");
  const full = input.placeholder;
  const say = () => { input.placeholder = narrow.matches ? input.dataset.short : full; };
  narrow.addEventListener("change", say);
  say();
}

/** A control that stands on the page: in the drawer first, that is what is looked at. */
function press(selector) {
  const control = (drawerOpen() && document.querySelector(`#drawer ${selector}`)) || document.querySelector(selector);
  if (!control) return;
  for (let fold = control.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) if (!fold.matches(".menu")) fold.open = true;
  control.scrollIntoView({ block: "nearest" });
  if (control.matches("input, textarea")) control.focus();
  else control.click();
}

export function listen() {
  if (!form()) return;
  fit();
  const later = calm(fetchHits, 120);
  on("input", "[data-search] input", (event, input) => { if (!event.isComposing) later(input); });
  on("compositionend", "[data-search] input", (_, input) => later(input));
  on("focusin", "[data-search] input", (_, input) => later(input));
  on("keydown", "[data-search] input", keydown);
  on("submit", "[data-search]", (event) => event.preventDefault());
  document.addEventListener("mousedown", ({ target }) => { if (!target.closest("[data-search]")) shut(); });
  on("click", "#palette .hit", (_, hit) => {
    shut();
    const input = form().querySelector("input");
    if (!hit.matches("a")) { input.value = ""; input.blur(); }
  });
  on("click", "[data-press]", (_, element) => press(element.dataset.press));
}
