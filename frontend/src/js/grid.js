/* A cell of a list is changed where it stands: by the pencil over it, or by `e` in the row of the cursor. Tab goes on, Enter keeps
   what was typed, Escape puts back what stood there. On a phone a row is a card that opens. The heads say which columns may be changed. */
import { icon, make, on } from "./dom.js";
import { keepOrLeave, plain, SOON, stops } from "./lines.js";
import * as lists from "./lists.js";
import { current, stand } from "./rows.js";
import { htmx } from "./wire.js";

const FORM = "#list td form.editing";
const REST = 120; // milliseconds
const fine = matchMedia("(hover: hover) and (min-width: 641px)");
const columnOf = (td) => td.closest("table").tHead?.rows[0].cells[td.cellIndex];
const mayChange = (td) => Boolean(columnOf(td)?.dataset.edit);
const cells = () => [...document.querySelectorAll("#list tbody [data-row] td")].filter((td) => mayChange(td) && td.offsetParent);
/** What stood in a cell before the form, to be put back. */
const before = new WeakMap();
let pen = null;
let resting = 0;

function edit(td) {
  if (td.querySelector("form")) return;
  pen?.remove();
  stand(td.closest("[data-row]"));
  before.set(td, [...td.childNodes]);
  Object.assign(td.style, { minWidth: `${td.offsetWidth}px`, height: `${td.offsetHeight}px` }); // the form lies over the cell, and no column moves
  htmx.ajax("GET", `${td.closest("[data-row]").dataset.href}_field/${columnOf(td).dataset.col}/?list=1`, { target: td, swap: "innerHTML" }).catch(() => {});
}

/** Edit in the row under the cursor; true when there is something in it to be changed. */
export function begin() {
  const row = current();
  const first = row && cells().find((td) => row.contains(td) && !td.matches(".stick")) || cells().find((td) => row?.contains(td));
  if (first) edit(first);
  return Boolean(first);
}

function putBack(form) {
  const td = form.closest("td");
  td.replaceChildren(...(before.get(td) || []));
  stand(td.closest("[data-row]"), document.activeElement === document.body);
  lists.catchUp();
}

function tab(event, form) {
  const by = event.shiftKey ? -1 : 1;
  const inside = stops(form);
  const at = inside.findIndex((each) => each === event.target || (each.type === "radio" && each.name === event.target.name));
  if (inside[at + by]) return;
  const all = cells();
  const next = all[all.indexOf(form.closest("td")) + by];
  if (!next) return;
  event.preventDefault();
  keepOrLeave(form);
  edit(next);
}

function typed(event, form) {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.key === "Tab") tab(event, form);
  if (event.key === "Enter" && plain(event) && !event.target.matches("button")) { event.preventDefault(); keepOrLeave(form); }
}

/** The pencil comes where the mouse rests: a click in passing opens the row, and does not meet what has just come below it. */
function hover({ target }) {
  const td = fine.matches && target.closest?.("#list td");
  if (!td || pen?.parentElement === td) return;
  pen?.remove();
  clearTimeout(resting);
  if (mayChange(td)) resting = setTimeout(offer, REST, td);
}

function offer(td) {
  if (!td.isConnected || !td.matches(":hover") || td.querySelector("form")) return;
  const label = columnOf(td).dataset.edit;
  pen = make("button", { type: "button", className: "ic s pen", tabIndex: -1, "aria-label": label, title: label }, icon("pencil"));
  td.append(pen);
}

export function listen() {
  document.addEventListener("mouseover", hover);
  on("click", "#list td > .pen", (event, button) => { event.stopPropagation(); edit(button.closest("td")); });
  on("click", `${FORM} [data-cancel]`, (_, button) => putBack(button.form));
  on("keydown", FORM, typed);
  on("focusout", FORM, (_, form) => setTimeout(() => {
    if (form.isConnected && !form.dataset.hope && !form.contains(document.activeElement) && !document.querySelector("dialog[open]")) keepOrLeave(form);
  }, SOON));
  document.addEventListener("htmx:afterRequest", ({ detail }) => { delete detail.elt.closest?.(FORM)?.dataset.left; });
}
