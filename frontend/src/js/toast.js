/* One short line at the foot of the screen, with an undo when there is one. It stays while it is hovered or focused. */
import { icon, make } from "./dom.js";
import { post } from "./post.js";
import { say } from "./words.js";

const LEVELS = { ok: "circle-check", error: "alert-circle", info: "info-circle" };

/** Say `message`; `undo` is an address that takes the change back when POSTed. Both may also come in one object. */
export function toast(message, undo = "", level = "ok", link = "", linkLabel = "") {
  const box = document.getElementById("toasts");
  if (!box) return;
  const close = make("button", { type: "button", className: "x", "aria-label": say("close") }, icon("x"));
  const line = make("div", { className: `toast ${level}` }, icon(LEVELS[level] || LEVELS.ok), make("p", {}, message));
  if (undo) line.append(make("button", { type: "button", onclick: () => { line.remove(); takeBack(undo); } }, say("undo")));
  if (link) line.append(make("a", { href: link }, linkLabel || link));
  line.append(close);
  close.onclick = () => line.remove();
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  rest();
  expire(line, level === "error" ? 9000 : undo ? 10000 : 4500);
}

const topmost = (but = null) => [...document.querySelectorAll("dialog:modal")].filter((each) => each !== but).pop();

/** While a dialog is open nothing outside it can be clicked: what is said stands in the topmost one, as a popover above it. */
export function rest(but = null) {
  const box = document.getElementById("toasts");
  const home = topmost(but) || document.body;
  if (!box) return;
  if (box.parentElement !== home) home.append(box);
  else if (box.matches(":popover-open")) box.hidePopover();
  if (box.childElementCount) box.showPopover?.();
}

/** A dialog closes, or is filled anew: what was said stays to be read. */
function home({ target }) {
  if (target.matches?.("dialog") && target.querySelector("#toasts")) rest(target);
}

function expire(line, ms) {
  const leave = () => (line.matches(":hover, :focus-within") ? setTimeout(leave, 1500) : line.remove());
  setTimeout(leave, ms);
}

async function takeBack(address) {
  const answer = await post(address);
  if (!answer.ok) return;
  if (!answer.said) toast(say("undone"), "", "info");
  document.body.dispatchEvent(new CustomEvent("list:changed", { bubbles: true }));
  document.body.dispatchEvent(new CustomEvent("record:changed", { bubbles: true }));
}

/** Toasts the server asks for: in an event of htmx (HX-Trigger), or written into a full page. */
export function listen() {
  addEventListener("close", home, true); // on the window: before the dialog is emptied
  document.addEventListener("htmx:beforeSwap", ({ detail }) => home(detail));
  document.addEventListener("toast", ({ detail }) => {
    if (typeof detail?.value === "string") toast(detail.value);
    else if (detail?.message) toast(detail.message, detail.undo, detail.level, detail.link, detail.link_label);
  });
  for (const { dataset } of document.querySelectorAll("template[data-toast]")) toast(dataset.toast, dataset.undo, dataset.level);
}
