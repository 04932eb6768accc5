/* The rail folds to icons and remembers it; on a phone it slides over the page. Counts come in one late request. */
import { on } from "./dom.js";
import { post } from "./post.js";

const root = document.documentElement;

function fold() {
  const narrow = getComputedStyle(root).getPropertyValue("--gx-rail-width").trim() === "56px";
  root.dataset.rail = narrow ? "wide" : "narrow";
  keep("rail", root.dataset.rail);
  post("/settings/rail/", { rail: root.dataset.rail }, { quiet: true });
}

async function counts() {
  const addresses = new Set(document.querySelector("[data-count]") && document.querySelector(".rail") ? ["/_counts/"] : []);
  document.querySelectorAll("[data-counts-url]").forEach(({ dataset }) => addresses.add(dataset.countsUrl));
  for (const address of addresses) {
    const response = await fetch(address, { headers: { Accept: "application/json", "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    const found = response?.ok ? await response.json().catch(() => ({})) : {};
    for (const spot of document.querySelectorAll("[data-count]")) if (spot.dataset.count in found) spot.textContent = found[spot.dataset.count] || "";
  }
}

/** What the browser remembers for itself; a full or forbidden store is no reason to stop. */
export function keep(key, value) { try { localStorage.setItem(`gx:${key}`, value); } catch { /* remembered by the server alone */ } }
export function kept(key) { try { return localStorage.getItem(`gx:${key}`); } catch { return null; } }

export function listen() {
  if (!root.dataset.rail && kept("rail")) root.dataset.rail = kept("rail");
  on("click", "[data-rail-fold]", fold);
  on("click", "[data-rail-open-button]", () => root.setAttribute("data-rail-open", ""));
  on("click", "[data-rail-close], .rail a", () => root.removeAttribute("data-rail-open"));
  for (const change of ["list:changed", "row:changed"]) document.addEventListener(change, counts);
  (window.requestIdleCallback || setTimeout)(counts);
}
