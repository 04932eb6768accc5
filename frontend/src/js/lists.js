/* Small habits of lists and cards: re-read after a change, folds that remember, forms that submit on change. */
import { on } from "./dom.js";
import { keep, kept } from "./rail.js";
import { htmx } from "./wire.js";

export function arm(root) {
  root.querySelectorAll("details[data-fold]").forEach((fold) => { if (kept(`fold:${fold.dataset.fold}`) === "shut") fold.open = false; });
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
  document.addEventListener("list:changed", () => {
    const list = document.getElementById("list");
    if (!list || list.hasAttribute("hx-trigger") || !list.hasAttribute("data-list")) return;
    htmx.ajax("GET", list.dataset.list || location.pathname + location.search, { target: "#list", swap: "outerHTML", select: "#list" }).catch(() => {});
  });
}
