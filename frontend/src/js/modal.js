/* <dialog id="modal">: whatever is swapped into it opens it. */
import { on } from "./dom.js";
import { mayLeave } from "./guard.js";
import { rest } from "./toast.js";
import { htmx } from "./wire.js";

const box = () => document.getElementById("modal");

export function openModal() {
  const modal = box();
  for (const size of ["wide", "tall"]) modal.classList.toggle(size, Boolean(modal.querySelector(`[data-${size}]`)));
  const first = modal.querySelector("[autofocus]") || modal.querySelector(".modal-body :is(input:not([type=hidden]), select, textarea)");
  if (first?.dataset.picker) first.dataset.quiet = ""; // the list of a picker that nobody asked for would lie over the buttons
  if (!modal.open) modal.showModal();
  rest();
  first?.focus();
}

/** Close the topmost dialog, asking when it holds unsaved changes; true when there was one. */
export function closeTop() {
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  if (!open) return false;
  mayLeave(open).then((yes) => yes && open.close());
  return true;
}

export function listen() {
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target === box() && box().childElementCount) openModal(); });
  document.addEventListener("modal:open", ({ detail }) => htmx.ajax("GET", detail.value, { target: "#modal" }));
  document.addEventListener("modal:close", () => box()?.close());
  on("click", "dialog [data-close]", (_, button) => mayLeave(button.closest("dialog")).then((yes) => yes && button.closest("dialog").close()));
  document.addEventListener("cancel", (event) => {
    if (!event.target.matches?.("#modal")) return;
    event.preventDefault();
    closeTop();
  }, true);
  document.addEventListener("close", ({ target }) => { if (target.matches?.("#modal")) target.replaceChildren(); }, true);
  // A press on the dark ground closes; a drag that merely ends there does not.
  on("mousedown", "#modal, #keys", (event, dialog) => {
    if (event.target === dialog && !inside(dialog, event)) mayLeave(dialog).then((yes) => yes && dialog.close());
  });
  on("click", "[data-dock-create]", () => {
    box().replaceChildren(document.getElementById("dock-create").content.cloneNode(true));
    window.dispatchEvent(new CustomEvent("gx:added", { detail: box() }));
    openModal();
  });
  on("click", "[data-help]", () => document.getElementById("keys").showModal());
}

function inside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}
