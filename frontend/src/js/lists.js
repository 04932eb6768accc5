/* Small habits of lists and cards: re-read after a change, folds that remember, forms that submit on change. */
import { calm, on } from "./dom.js";
import { isDirty } from "./guard.js";
import { keep, kept } from "./rail.js";
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
    const tabs = button.closest(".rectabs");
    tabs.querySelectorAll("[data-rec]").forEach((each) => each.classList.toggle("on", each === button));
    tabs.parentElement.querySelector(".rec").dataset.side = button.dataset.rec;
  });
  on("change", "form[data-auto]", (_, form) => form.requestSubmit());
  document.addEventListener("list:changed", (event) => {
    const tab = document.querySelector("main #related nav.tabs a.on");
    if (tab && !document.querySelector("main #related .rows")) htmx.ajax("GET", tab.getAttribute("hx-get"), { target: "#related", event }).catch(() => {});
    const list = document.getElementById("list");
    if (!list || list.hasAttribute("hx-trigger") || !list.hasAttribute("data-list")) return;
    htmx.ajax("GET", list.dataset.list || location.pathname + location.search, { target: "#list", swap: "outerHTML", select: "#list", event }).catch(() => {});
  });
  document.addEventListener("record:changed", calm(reread, 20));
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(release), true);
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
  if (!response?.ok) return;
  const tab = document.querySelector("main #related nav.tabs a.on")?.getAttribute("hx-get");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  await released();
  for (const part of ["main > .head", "main > .rec > .l", "main #stream .tl"]) {
    const [now, then] = [document.querySelector(part), fresh.querySelector(part)];
    if (!now || !then || isDirty(now)) continue;
    now.replaceWith(then);
    window.dispatchEvent(new CustomEvent("gx:added", { detail: then }));
    const first = then.querySelector("#related nav.tabs a.on")?.getAttribute("hx-get");
    if (tab && first && first !== tab) htmx.ajax("GET", tab, { target: "#related" }).catch(() => {});
  }
}
