/* A row opens its record on the right, a related record is laid over it; the address says which, so back, reload and a sent link all work. */
import { on } from "./dom.js";
import { isDirty, mayLeave } from "./guard.js";
import * as layers from "./layers.js";
import { leaving } from "./stay.js";
import { say } from "./words.js";
import { htmx } from "./wire.js";

const DEEPEST = 8;
const frame = () => document.getElementById("drawer-frame");
const base = () => document.querySelector("[data-drawer-base]")?.dataset.drawerBase || "";
const rows = () => [...document.querySelectorAll("main [data-row][data-href]")];
/** From the bottom to the top: {href, among, below}; `among` are the neighbours of a related record, `below` the layer that it covers. */
let stack = [];
const shown = () => stack.at(-1)?.href || "";

/** `?open=12` stands for base + "12/"; any other record by its whole path. Only paths of this house are followed. */
const toHref = (open) => (/^\/(?![/\\])/.test(open) ? open : base() && /^[\w-]+$/.test(open) ? `${base()}${open}/` : "");
function toOpen(href) {
  const { pathname } = new URL(href, location.href);
  const id = base() && pathname.startsWith(base()) ? pathname.slice(base().length).replace(/\/$/, "") : "";
  return /^[\w-]+$/.test(id) ? id : pathname;
}

/** The address of this page with these records open over it. */
function address(hrefs) {
  const url = new URL(location.href);
  url.searchParams.delete("open");
  const open = hrefs.map((href) => `open=${encodeURIComponent(toOpen(href)).replace(/%2F/g, "/")}`);
  const query = [url.searchParams.toString(), ...open].filter(Boolean).join("&");
  return url.pathname + (query ? `?${query}` : "");
}

const tell = (step) => history[step]({ drawer: stack.length }, "", address(stack.map(({ href }) => href)));

/** What each of the stack is shown in, from the bottom to the top. */
const nodes = () => [...stack.slice(1).map(({ below }) => below.node), layers.top()];

/** Read the record on top anew; `then` is done once its row is marked. */
async function load(then = () => {}) {
  const href = shown();
  const fresh = frame().hidden;
  frame().hidden = false;
  dress();
  then();
  await htmx.ajax("GET", href, { target: layers.top(), swap: "innerHTML show:none" }).catch(() => {});
  if (shown() === href && !layers.top().childElementCount && !leaving()) return leave(); // refused or offline: the toast has said so
  if (fresh) frame().focus({ preventScroll: true });
}

/** Show the record at `href` and nothing else. */
async function show(href) {
  if (!(await mayLeave(frame()))) return;
  const fresh = !stack.length;
  while (stack.length > 1) drop();
  stack = [{ href }];
  tell(fresh ? "pushState" : "replaceState");
  await load(see);
}

/** Lay the record at `href` over the one that is shown; `among` are the records that it was chosen from. */
function lay(href, among = []) {
  stack.push({ href, among, below: layers.cover() });
}

function over(href, among) {
  if (stack.length >= DEEPEST) return turn(href);
  lay(href, among);
  tell("pushState");
  return load();
}

/** Another record in place of the one on top. */
async function turn(href) {
  if (!(await mayLeave(layers.top()))) return;
  stack.at(-1).href = href;
  tell("replaceState");
  await load(see);
}

/** Take the top off and show what it covered. */
function drop() {
  const { below } = stack.pop();
  if (!stack.length) return hide();
  layers.uncover(below);
}

/** What has come to the top is read where it never was, or where something has changed meanwhile and nothing is typed in it. */
function settle() {
  if (!stack.length) return;
  dress();
  const [layer, node] = [stack.at(-1), layers.top()];
  if (!node.childElementCount || (layer.stale && !isDirty(node))) load();
  layer.stale = false;
}

function hide() {
  frame().hidden = true;
  layers.top().replaceChildren();
  document.querySelectorAll("[data-row].open").forEach((row) => row.classList.remove("open"));
}

/** After what is on top was refused, or let go: one step back in the address too. */
function leave() {
  const ours = history.state?.drawer === stack.length;
  drop();
  if (ours) history.back(); else tell("replaceState");
  settle();
}

/** Close the top one as the person asked. */
export async function closeDrawer() {
  if (!drawerOpen() || !(await mayLeave(layers.top()))) return;
  const row = stack.length === 1 && document.querySelector("[data-row].open");
  leave();
  if (row) (row.matches("[tabindex]") ? row : row.querySelector("a"))?.focus({ preventScroll: true });
}

/** Close all of them. */
async function closeAll() {
  if (stack.length < 2) return closeDrawer();
  if (!(await mayLeave(frame()))) return;
  while (stack.length) drop();
  tell("replaceState");
}

export const drawerOpen = () => Boolean(frame() && !frame().hidden);

/** The hrefs between which previous and next walk. */
const neighbours = () => (stack.length > 1 ? stack.at(-1).among : rows().map((row) => row.dataset.href));

/** Bring the bar of the drawer and the marked row in line with what is shown. */
function dress() {
  frame().querySelector("[data-drawer-page]").href = shown();
  const back = frame().querySelector("[data-drawer-back]");
  if (back) back.hidden = stack.length < 2;
  const bottom = new URL(stack[0].href, location.href).pathname;
  const all = rows();
  all.forEach((row) => row.classList.toggle("open", row.dataset.href === bottom));
  const hrefs = neighbours();
  const at = hrefs.indexOf(new URL(shown(), location.href).pathname);
  frame().querySelectorAll("[data-drawer-step]").forEach((button) => { button.disabled = at < 0 || !hrefs[at + Number(button.dataset.drawerStep)]; });
  frame().querySelector("[data-drawer-place]").textContent = at < 0 ? "" : say("of").replace("{at}", at + 1).replace("{all}", hrefs.length);
}

/** The row of the record that was gone to; one that a change has sorted elsewhere is not run after. */
const see = () => document.querySelector("main [data-row].open")?.scrollIntoView({ block: "nearest", inline: "nearest" });

function step(by) {
  const hrefs = neighbours();
  const next = hrefs[hrefs.indexOf(new URL(shown(), location.href).pathname) + by];
  if (next) turn(next);
}

/** Follow the address: after load, back and forward. What is unsaved in a record that would go is asked about first. */
async function follow() {
  const wanted = new URLSearchParams(location.search).getAll("open").map(toHref).filter(Boolean).slice(0, DEEPEST);
  let same = 0;
  while (same < stack.length && stack[same].href === wanted[same]) same += 1;
  if (same === stack.length && same === wanted.length) return;
  if (stack.length > same && !(await mayLeave(...nodes().slice(same)))) return tell("pushState");
  while (stack.length > Math.max(same, wanted.length ? 1 : 0)) drop();
  if (same === wanted.length) return settle();
  const [first, ...further] = wanted.slice(same);
  if (same) lay(first); else stack = [{ href: first }];
  further.forEach((href) => lay(href));
  await load(see);
}

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** From the page a record takes the drawer, from the drawer it is laid over what is there. */
function open(href, from) {
  const { pathname } = new URL(href, location.href);
  if (!from.closest("#drawer")) return show(pathname);
  const table = from.closest("tbody, [data-lines]");
  return over(pathname, table ? [...table.querySelectorAll("[data-row][data-href]")].map((row) => row.dataset.href) : []);
}

function clicked(event) {
  const link = event.target.closest("a[data-drawer], a[data-open]");
  const row = event.target.closest("[data-row][data-href]");
  const control = event.target.closest("a, button, input, label, select, textarea, summary, .grip, .ck");
  if (link && plain(event)) { event.preventDefault(); return open(link.getAttribute("href"), link); }
  if (!row || event.defaultPrevented || String(getSelection())) return;
  const title = control?.matches("a") && control.getAttribute("href") === row.dataset.href;
  if (control && !title) return;
  if (plain(event)) { event.preventDefault(); open(row.dataset.href, row); } else if (!control && (event.ctrlKey || event.metaKey)) window.open(row.dataset.href, "_blank", "noopener");
}

/** A record was changed: the one on top is read anew unless something is typed in it, those beneath when they are seen again. */
function changed() {
  if (!drawerOpen() || !stack.length) return;
  stack.forEach((layer) => { layer.stale = true; });
  if (isDirty(layers.top()) || layers.top().querySelector("form.editing")) return;
  stack.at(-1).stale = false;
  load();
}

export function listen() {
  if (!frame()) return;
  document.addEventListener("click", clicked);
  document.addEventListener("auxclick", (event) => {
    const row = event.button === 1 && !event.target.closest("a, button, input") && event.target.closest("[data-row][data-href]");
    if (row) window.open(row.dataset.href, "_blank", "noopener");
  });
  on("click", "[data-drawer-close]", closeAll);
  on("click", "[data-drawer-back]", closeDrawer);
  on("click", "[data-drawer-step]", (_, button) => step(Number(button.dataset.drawerStep)));
  document.addEventListener("drawer:close", closeDrawer);
  document.addEventListener("record:changed", changed);
  document.addEventListener("htmx:afterSettle", ({ detail }) => { if (stack.length && detail.target.id !== "drawer" && detail.target.closest?.("main")) dress(); });
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
