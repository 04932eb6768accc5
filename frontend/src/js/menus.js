/* <details class="menu"> is opened by the browser; this closes it again and lets arrows walk through it. */
import { on } from "./dom.js";

const openMenus = () => document.querySelectorAll("details.menu[open]");

/** Close every open menu; true when there was one. */
export function closeMenus(except = null) {
  let closed = false;
  for (const menu of openMenus()) {
    if (except && menu.contains(except)) continue;
    menu.open = false;
    closed = true;
  }
  return closed;
}

function walk(event, menu) {
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.target.closest("input, select, textarea, [role=option]")) return;
  const items = [...menu.querySelectorAll(".pop .item, .pop > a, .pop > button")].filter((item) => item.offsetParent);
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % items.length].focus();
}

export function listen() {
  document.addEventListener("click", ({ target }) => {
    const inside = target.closest?.("details.menu[open]");
    if (inside && target.closest(".pop :is(a, button).item, .pop [data-close-menu]") && !target.closest(".panel")) inside.open = false;
    if (target.isConnected) closeMenus(target); // what redrew itself on this click was inside
  });
  on("keydown", "details.menu[open]", walk);
  // Keep the pop inside the window.
  document.addEventListener("toggle", ({ target }) => {
    const pop = target.open && target.matches?.("details.menu") && target.querySelector(".pop");
    if (!pop) return;
    pop.style.margin = "";
    const { left, right } = pop.getBoundingClientRect();
    const shift = right > innerWidth - 8 ? innerWidth - 8 - right : left < 8 ? 8 - left : 0;
    if (shift) pop.style.margin = `0 ${-shift}px 0 ${shift}px`; // a margin and not a transform, so that what is fixed inside stays so
    pop.querySelector("[autofocus]")?.focus();
  }, true);
}
