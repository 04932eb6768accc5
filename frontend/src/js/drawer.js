/* A row opens its record on the right; the address says which, so back, reload and a sent link all work. */
import { on } from "./dom.js";
import { mayLeave } from "./guard.js";
import { say } from "./words.js";
import { htmx } from "./wire.js";

const frame = () => document.getElementById("drawer-frame");
const base = () => document.querySelector("[data-drawer-base]")?.dataset.drawerBase || "";
const rows = () => [...document.querySelectorAll("main [data-row][data-href]")];
let shown = "";

/** `?open=12` stands for base + "12/"; any other record by its whole path. Only paths of this house are followed. */
const toHref = (open) => (/^\/(?![/\\])/.test(open) ? open : base() && /^[\w-]+$/.test(open) ? `${base()}${open}/` : "");
function toOpen(href) {
  const { pathname } = new URL(href, location.href);
  const id = base() && pathname.startsWith(base()) ? pathname.slice(base().length).replace(/\/$/, "") : "";
  return /^[\w-]+$/.test(id) ? id : pathname;
}

function address(open) {
  const url = new URL(location.href);
  url.searchParams.delete("open");
  const query = url.searchParams.toString();
  const shownAs = open ? `open=${encodeURIComponent(open).replace(/%2F/g, "/")}` : "";
  return url.pathname + (query || shownAs ? `?${[query, shownAs].filter(Boolean).join("&")}` : "");
}

/** Show the record at `href`; `push` makes it a step of its own in the history. */
async function show(href, push) {
  if (!(await mayLeave(frame()))) return;
  const fresh = frame().hidden;
  if (push) history[fresh ? "pushState" : "replaceState"]({ drawer: true }, "", address(toOpen(href)));
  shown = href;
  frame().hidden = false;
  frame().querySelector("[data-drawer-page]").href = href;
  mark(href);
  await htmx.ajax("GET", href, { target: "#drawer", swap: "innerHTML show:none" }).catch(() => {});
  if (!document.getElementById("drawer").childElementCount) return closeDrawer(); // refused or offline: the toast has said so
  if (fresh) frame().focus({ preventScroll: true });
}

function hide() {
  shown = "";
  frame().hidden = true;
  document.getElementById("drawer").replaceChildren();
  document.querySelectorAll("[data-row].open").forEach((row) => row.classList.remove("open"));
}

/** Close as the person asked: back when the drawer made a step in the history, else by rewriting the address. */
export async function closeDrawer() {
  if (!frame() || frame().hidden || !(await mayLeave(frame()))) return;
  const row = document.querySelector("[data-row].open");
  hide();
  history.replaceState(null, "", address(""));
  (row?.matches("[tabindex]") ? row : row?.querySelector("a"))?.focus({ preventScroll: true });
}

export const drawerOpen = () => Boolean(frame() && !frame().hidden);

function mark(href) {
  const path = new URL(href, location.href).pathname;
  const all = rows();
  const at = all.findIndex((row) => row.dataset.href === path);
  all.forEach((row, index) => row.classList.toggle("open", index === at));
  if (at >= 0) all[at].scrollIntoView({ block: "nearest", inline: "nearest" });
  frame().querySelectorAll("[data-drawer-step]").forEach((button) => { button.disabled = at < 0 || !all[at + Number(button.dataset.drawerStep)]; });
  frame().querySelector("[data-drawer-place]").textContent = at < 0 ? "" : say("of").replace("{at}", at + 1).replace("{all}", all.length);
}

function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("open"));
  if (at >= 0 && all[at + by]) show(all[at + by].dataset.href, true);
}

/** Follow the address: after load, back and forward. */
function follow() {
  const open = new URLSearchParams(location.search).get("open") || "";
  const href = open && toHref(open);
  if (href && href !== shown) show(href, false);
  else if (!href && drawerOpen()) hide();
}

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

function clicked(event) {
  const link = event.target.closest("a[data-drawer], a[data-open]");
  const row = event.target.closest("[data-row][data-href]");
  const control = event.target.closest("a, button, input, label, select, textarea, summary, .grip, .ck");
  if (link && plain(event)) { event.preventDefault(); return show(link.href, true); }
  if (!row || event.defaultPrevented || String(getSelection())) return;
  const title = control?.matches("a") && control.getAttribute("href") === row.dataset.href;
  if (control && !title) return;
  if (plain(event)) { event.preventDefault(); show(row.dataset.href, true); } else if (!control && (event.ctrlKey || event.metaKey)) window.open(row.dataset.href, "_blank", "noopener");
}

export function listen() {
  if (!frame()) return;
  document.addEventListener("click", clicked);
  document.addEventListener("auxclick", (event) => {
    const row = event.button === 1 && !event.target.closest("a, button, input") && event.target.closest("[data-row][data-href]");
    if (row) window.open(row.dataset.href, "_blank", "noopener");
  });
  on("click", "[data-drawer-close]", closeDrawer);
  on("click", "[data-drawer-step]", (_, button) => step(Number(button.dataset.drawerStep)));
  document.addEventListener("drawer:close", closeDrawer);
  document.addEventListener("record:changed", () => drawerOpen() && shown && show(shown, false));
  document.addEventListener("htmx:afterSettle", ({ detail }) => { if (shown && detail.target.id !== "drawer" && detail.target.closest?.("main")) mark(shown); });
  // Before htmx: a step in which only ?open= changed is ours.
  addEventListener("popstate", (event) => {
    if (location.pathname + bare() === page) { event.stopImmediatePropagation(); follow(); }
    page = location.pathname + bare();
  });
  document.addEventListener("htmx:pushedIntoHistory", () => { page = location.pathname + bare(); });
  follow();
}

function bare() {
  const query = new URLSearchParams(location.search);
  query.delete("open");
  return `?${query}`;
}
let page = location.pathname + bare();
