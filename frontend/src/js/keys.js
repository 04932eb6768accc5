/* The keyboard, in one table. Letters are commands only while nobody is typing. */
import { typing } from "./dom.js";
import { closeDrawer, drawerOpen } from "./drawer.js";
import * as grid from "./grid.js";
import { closeMenus } from "./menus.js";
import * as rows from "./rows.js";
import { clearSelection } from "./selection.js";

/** The element whose data-key is `key`: in a dialog or the drawer first, then on the page, and only if it can be seen. */
function keyed(key) {
  const all = [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key === key && !element.disabled && element.getClientRects().length);
  return all.find((element) => element.closest("#drawer")) || all[0];
}

function press(key) {
  const element = keyed(key);
  if (!element) return key === "c" ? document.querySelector("[data-dock-create]")?.click() : undefined;
  if (element.matches("textarea, input")) return element.focus();
  if (!element.matches("summary")) return element.click();
  element.parentElement.open = !element.parentElement.open;
  element.parentElement.querySelector(".pop .item")?.focus();
}

function save(target) {
  const form = target.closest?.("form") || document.querySelector("dialog[open] form") || (drawerOpen() && document.querySelector("#drawer form[data-guard]")) || document.querySelector("main form[data-guard]");
  form?.requestSubmit(form.querySelector("button[type=submit].btnp, .btnp:not([type=button])") || undefined);
}

/** Close the topmost thing. True when there was one: then the browser must not also close what opened in its place. */
function escape(event) {
  const editor = event.target.closest?.(".editing");
  if (editor) {
    editor.querySelector("[data-cancel]")?.click();
    if (editor.contains(document.activeElement)) document.activeElement.blur(); // the next letter is a command already
    return true;
  }
  if (document.querySelector("dialog[open]")) return false; // the dialog hears its own cancel
  if (closeMenus()) return true;
  if (document.documentElement.hasAttribute("data-rail-open")) { document.documentElement.removeAttribute("data-rail-open"); return true; }
  if (drawerOpen()) { closeDrawer(); return true; }
  if (!clearSelection() && typing(event.target)) event.target.blur();
  return true;
}

const LETTERS = { j: () => rows.move(1), k: () => rows.move(-1), x: rows.toggle, "/": () => document.querySelector("[data-search] input")?.focus(), "?": () => document.getElementById("keys")?.showModal() };

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const input = document.querySelector("[data-search] input");
      input?.focus();
      return input?.select();
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); return save(event.target); }
    if (event.key === "Escape") { if (escape(event)) event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target.matches?.("[data-row][tabindex]")) return event.target.click();
    if (LETTERS[event.key]) { event.preventDefault(); return LETTERS[event.key](); }
    if (event.key.length === 1 && keyed(event.key) || event.key === "c") { event.preventDefault(); press(event.key); } else if (event.key === "e" && grid.begin()) event.preventDefault();
  });
}
