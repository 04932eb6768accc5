/* Choosing rows: the ordinary bar makes room for bulk actions, and the ids travel with whatever is done. */
import { on } from "./dom.js";
import { listen as listenToPresses } from "./press.js";
import { say } from "./words.js";

let last = null;
const boxes = () => [...document.querySelectorAll("main [data-select]")];
const ids = () => boxes().filter((box) => box.checked).map((box) => box.value);
let everything = false;

/** Bring bars, counts and hidden inputs in line with what is ticked. */
export function refresh() {
  const all = boxes();
  const chosen = ids();
  if (chosen.length < all.length) everything = false;
  all.forEach((box) => box.closest("[data-row]")?.classList.toggle("sel", box.checked));
  document.querySelectorAll("[data-select-all]").forEach((box) => {
    box.checked = all.length > 0 && chosen.length === all.length;
    box.indeterminate = chosen.length > 0 && chosen.length < all.length;
  });
  if (chosen.length) document.body.classList.remove("picking");
  const open = chosen.length > 0 || document.body.classList.contains("picking");
  document.querySelectorAll("[data-bar]").forEach((bar) => { bar.hidden = open; });
  document.querySelectorAll("[data-bulk]").forEach((bar) => { bar.hidden = !open; });
  document.querySelectorAll("[data-bulk-count]").forEach((spot) => { spot.textContent = everything ? say("allSelected") : say("selected", chosen.length); });
  document.querySelectorAll("[data-select-everything]").forEach((button) => {
    button.hidden = !(all.length && chosen.length === all.length);
    button.setAttribute("aria-pressed", everything);
  });
  document.body.classList.toggle("selecting", chosen.length > 0);
  fill(document);
}

/** How many are ticked. */
export const chosen = () => ids().length;

/** Whether everything that the list matches is meant, ticked or not. */
export const allThatMatch = () => everything && ids().length > 0;

/** Put the chosen ids into the hidden inputs below `root`. */
export function fill(root) {
  root.querySelectorAll("input[data-bulk-ids]").forEach((input) => { input.value = ids().join(","); });
  root.querySelectorAll("input[data-bulk-all]").forEach((input) => { input.value = everything ? "1" : ""; });
}

function tick(event, box) {
  const all = boxes();
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
  }
  last = box;
  refresh();
}

/** Begin to choose on a phone, where boxes show only then: with a card that was held, or with none. */
function pick(box) {
  if (box) box.checked = true; else document.body.classList.add("picking");
  refresh();
}

export function listen() {
  listenToPresses(pick);
  on("click", "[data-select]", tick);
  on("click", "[data-pick-rows]", () => pick(null));
  on("change", "[data-select-all]", (_, head) => { boxes().forEach((box) => { box.checked = head.checked; }); refresh(); });
  on("click", "[data-unselect]", () => { clearSelection(); });
  on("click", "[data-select-everything]", () => { everything = !everything; refresh(); });
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.closest("[data-bulk], [data-with-selection]")) return;
    detail.parameters.ids = ids().join(",");
    if (everything) detail.parameters.all = "1";
  });
  if (ids().length) refresh(); // the browser may restore ticks on reload
}

/** Untick all; true when something was ticked. */
export function clearSelection() {
  const had = ids().length > 0 || document.body.classList.contains("picking");
  everything = false;
  document.body.classList.remove("picking");
  boxes().forEach((box) => { box.checked = false; });
  if (had) refresh();
  return had;
}
