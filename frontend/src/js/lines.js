/* Rows of a record as a sheet: a click on a cell edits it, Tab goes to the next one, leaving a cell keeps what was typed in it;
   the empty line below takes the next row. On a phone a row is a card that opens. Markup: pages/rows.html. */
import { on } from "./dom.js";
import { isDirty } from "./guard.js";

export const SOON = 200; // milliseconds: as long as a picker takes to put back what was chosen
const phone = matchMedia("(max-width: 640px)");
const cells = (inside) => [...inside.closest(".rows").querySelectorAll("[data-cell]")];
const edit = (cell) => cell.querySelector(".pen")?.click();
export const plain = (event) => !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;

/** What Tab reaches in a form, a group of radio buttons once. */
export function stops(form) {
  const all = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button:not([tabindex='-1'])")].filter((each) => !each.disabled && each.getClientRects().length);
  return all.filter((each, at) => each.type !== "radio" || all.findIndex(({ name }) => name === each.name) === at);
}

/** Keep what was typed in a cell; where nothing was, show again what stands there. */
export function keepOrLeave(form) {
  if (form.dataset.left) return;
  form.dataset.left = "1";
  if (isDirty(form)) form.requestSubmit(); else form.querySelector("[data-cancel]").click();
}

function tab(event, form) {
  const by = event.shiftKey ? -1 : 1;
  const inside = stops(form);
  const at = inside.findIndex((each) => each === event.target || (each.type === "radio" && each.name === event.target.name));
  if (inside[at + by]) return;
  const all = cells(form);
  const next = all[all.indexOf(form.closest("[data-cell]")) + by];
  const line = by > 0 && stops(form.closest(".rows").querySelector("[data-line]") || form)[0];
  if (!next && !line) return;
  event.preventDefault();
  keepOrLeave(form);
  if (next) edit(next); else line.focus();
}

function typed(event, form) {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.key === "Tab") tab(event, form);
  if (event.key === "Enter" && plain(event) && !event.target.matches("button")) { event.preventDefault(); keepOrLeave(form); }
}

/** In the empty line: Enter saves from any control, Escape empties it. */
function entered(event, form) {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.key === "Enter" && plain(event) && event.target.matches("select, textarea, [type=checkbox], [type=radio]")) { event.preventDefault(); form.requestSubmit(); }
  if (event.key === "Escape" && isDirty(form)) { event.preventDefault(); form.querySelector("[data-cancel]").click(); }
}

/** Arrows walk from pencil to pencil. */
function walk(event, pen) {
  const wide = pen.closest("[role=row]").querySelectorAll("[data-cell]").length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[event.key];
  const all = by ? cells(pen) : [];
  const next = all[all.indexOf(pen.closest("[data-cell]")) + by]?.querySelector(".pen");
  if (!next || !plain(event)) return;
  event.preventDefault();
  next.focus();
}

function clicked(event) {
  const cell = event.target.closest?.(".rows [data-cell]");
  if (!cell || phone.matches || !plain(event) || event.target.closest("a, button, input, label, select, textarea") || String(getSelection())) return;
  event.preventDefault(); // else the drawer opens the row
  if (!event.target.closest("form")) edit(cell);
}

/** In the form of a record that is not there yet: typing in the last line brings another one below it. */
function further(row) {
  const sheet = row.closest("[data-ahead]");
  if (row.nextElementSibling) return;
  const made = document.createElement("template");
  made.innerHTML = sheet.querySelector("template").innerHTML.replaceAll("__n__", sheet.dataset.next++);
  row.after(made.content);
  window.dispatchEvent(new CustomEvent("gx:added", { detail: row.nextElementSibling }));
}

/** Enter goes on to the next line rather than saving the record. */
function below(event, row) {
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented || !plain(event) || event.target.matches("button, textarea")) return;
  event.preventDefault();
  further(row);
  stops(row.nextElementSibling)[0]?.focus();
}

export function listen() {
  for (const type of ["input", "change"]) on(type, "[data-ahead] .rowline", (_, row) => further(row));
  on("keydown", "[data-ahead] .rowline", below);
  on("click", "[data-ahead] [data-drop-line]", (_, button) => { const row = button.closest(".rowline"); if (row.nextElementSibling) row.remove(); });
  document.addEventListener("click", clicked);
  on("keydown", ".rows form.editing", typed);
  on("keydown", ".rows form[data-line]", entered);
  on("keydown", ".rows .pen", walk);
  on("focusout", ".rows form.editing", (_, form) => setTimeout(() => {
    if (form.isConnected && !form.contains(document.activeElement) && !document.querySelector("dialog[open]")) keepOrLeave(form);
  }, SOON));
  // One row after the other is saved: what is said of the last one would lie over the line in which one types the next.
  document.addEventListener("rows:added", () => document.querySelectorAll("#toasts .toast.ok").forEach((line) => line.remove()));
  // What is being typed stays where the lines read themselves anew.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches?.("[data-lines]") && event.detail.elt.querySelector("form.editing")) event.preventDefault();
  });
  // A cell that nobody took keeps its text and may be left again.
  document.addEventListener("htmx:afterRequest", ({ detail }) => { delete detail.elt.closest?.(".rows form.editing")?.dataset.left; });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.matches?.("[data-cell], .dl > div") && document.activeElement === document.body) detail.target.querySelector(".pen")?.focus({ preventScroll: true });
  });
}
