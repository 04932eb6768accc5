/* Small habits of lists and cards: re-read after a change, folds that remember, forms that submit on change. */
import { calm, on } from "./dom.js";
import { isDirty } from "./guard.js";
import { keep, kept } from "./rail.js";
import { again } from "./rows.js";
import { htmx } from "./wire.js";

export function arm(root) {
  root.querySelectorAll("details[data-fold]").forEach((fold) => { if (kept(`fold:${fold.dataset.fold}`) === "shut") fold.open = false; });
  root.querySelectorAll("nav.views").forEach(showChosen);
}

/** The chosen view of a strip that is wider than the screen. */
function showChosen(strip) {
  const chosen = strip.querySelector("[aria-current], .on");
  if (chosen && chosen.offsetLeft + chosen.offsetWidth > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = chosen.offsetLeft - strip.clientWidth / 2;
}

export function listen() {
  document.addEventListener("toggle", ({ target }) => {
    if (target.dataset?.fold) keep(`fold:${target.dataset.fold}`, target.open ? "open" : "shut");
  }, true);
  on("click", "[data-rec]", (_, button) => {
    const record = button.parentElement.parentElement;
    record.querySelectorAll(".rectabs [data-rec]").forEach((each) => each.classList.toggle("on", each.dataset.rec === button.dataset.rec));
    record.querySelector(".rec").dataset.side = button.dataset.rec;
    if (button.dataset.focus) record.querySelector(button.dataset.focus)?.focus();
  });
  on("change", "form[data-auto]", (_, form) => form.requestSubmit());
  document.addEventListener("list:changed", (event) => {
    const tab = document.querySelector("main #related nav.tabs a.on");
    if (tab && !document.querySelector("main #related .rows")) htmx.ajax("GET", tab.getAttribute("hx-get"), { target: "#related", event }).catch(() => {});
    const list = document.getElementById("list");
    if (!list || list.hasAttribute("hx-trigger") || !list.hasAttribute("data-list")) return;
    if (list.querySelector("td form.editing:not(.htmx-request)")) overdue = event; else reload(list, event);
  });
  document.addEventListener("row:changed", ({ detail }) => { stale.add(String(detail.value)); });
  document.addEventListener("htmx:afterSwap", () => { if (stale.size) catchUp(); });
  document.addEventListener("record:changed", calm(reread, 20));
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(release), true);
}

/** The change after which the list, or the rows of it that are still to be read anew, once nothing is typed there any more. */
let overdue = null;
const stale = new Set();

/** Nothing is typed in the list any more. */
export function catchUp() {
  const list = document.getElementById("list");
  if (overdue && list) reload(list, overdue);
  else if (stale.size && list) redraw(list);
}

/** Rows that were changed where they stand are drawn anew and stay where they are, ticked as they were, whatever the sort says of them now. */
async function redraw(list) {
  const headers = { "HX-Request": "true", "HX-Target": "list" };
  const response = await fetch(list.dataset.list || location.pathname + location.search, { headers, credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of stale) {
    const [now, then] = [list, fresh].map((root) => root.querySelector(`tr[data-row="${CSS.escape(id)}"]`));
    if (now?.querySelector("form.editing")) continue;
    stale.delete(id);
    if (!now || !then) continue; // it stands on another page now, or on none: what was saved is shown, and stays until the list is left
    now.replaceChildren(...then.children);
    if (now.matches(".sel")) now.querySelector("[data-select]").checked = true;
    window.dispatchEvent(new CustomEvent("gx:added", { detail: now }));
  }
  const foot = list.querySelector("tfoot[hx-get]");
  if (foot) htmx.ajax("GET", foot.getAttribute("hx-get"), { target: foot, swap: "innerHTML" }).catch(() => {});
  again();
}

/** What scrolls in a list or a board: the whole of it, and each column. */
const scrolling = (list) => [list, ...list.querySelectorAll(".deals")];

/** The list once more, scrolled to where it was and with the cursor on the same row. */
async function reload(list, event) {
  overdue = null;
  stale.clear();
  const places = scrolling(list).map(({ scrollTop, scrollLeft }) => [scrollTop, scrollLeft]);
  await htmx.ajax("GET", list.dataset.list || location.pathname + location.search, { target: "#list", swap: "outerHTML", select: "#list", event }).catch(() => {});
  const fresh = document.getElementById("list");
  if (!fresh || fresh === list) return;
  scrolling(fresh).forEach((each, at) => { [each.scrollTop, each.scrollLeft] = places[at] || [0, 0]; });
  again();
}

let pressed = false;
const waiting = [];

/** After the click that a release makes. */
function release() {
  pressed = false;
  waiting.splice(0).forEach((go) => go());
}

/** Once nothing is pressed: what is replaced under a finger never hears of the click. */
const released = () => new Promise((go) => { if (pressed) waiting.push(go); else go(); });

/** The record's page after a change, with the same tab; what is being written stays where it is. */
async function reread() {
  if (!document.querySelector("main > .rec") || document.querySelector("main .editing")) return;
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (response?.status === 404 && !isDirty(document.body)) return document.querySelector("main > .head .crumb a")?.click(); // it was taken back altogether
  if (!response?.ok) return;
  const tab = document.querySelector("main #related nav.tabs a.on")?.getAttribute("hx-get");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  await released();
  for (const part of ["main > .head", "main > .rec > .l", "main #stream .tl"]) {
    const [now, then] = [document.querySelector(part), fresh.querySelector(part)];
    if (!now || !then || isDirty(now)) continue;
    const open = [...now.querySelectorAll("details.menu")].findIndex((menu) => menu.open);
    now.replaceWith(then);
    then.querySelectorAll("details.menu")[open]?.setAttribute("open", ""); // one was about to choose from it
    window.dispatchEvent(new CustomEvent("gx:added", { detail: then }));
    const first = then.querySelector("#related nav.tabs a.on")?.getAttribute("hx-get");
    if (tab && first && first !== tab) htmx.ajax("GET", tab, { target: "#related" }).catch(() => {});
  }
}
