/* A text field that finds records: type, choose with arrows, Enter; one value or several. */
import { calm, icon, make, on } from "./dom.js";
import { say } from "./words.js";

let open = null; // {input, box}
let asked = 0;

const hidden = (input) => document.getElementById(input.dataset.for);
const options = () => (open ? [...open.box.querySelectorAll("[role=option], [data-create]")] : []);
const chosenAt = () => options().findIndex((each) => each.matches('[aria-selected="true"], .at'));

function shut() {
  open?.box.remove();
  open?.input.setAttribute("aria-expanded", "false");
  open = null;
  asked += 1;
}

async function find(input) {
  const mine = ++asked;
  const url = new URL(input.dataset.picker, location.href);
  if (url.origin !== location.origin) return;
  url.searchParams.set("q", input.value.trim());
  for (const name of (input.dataset.with || "").split(",").filter(Boolean)) url.searchParams.set(name.trim(), input.form?.elements[name.trim()]?.value || "");
  const response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (mine !== asked || !response?.ok || document.activeElement !== input) return;
  show(input, await response.text());
}

function show(input, html) {
  open?.box.remove();
  const box = make("div", { className: "options", role: "listbox", id: `${input.id || "pick"}-options` });
  box.innerHTML = html;
  if (!box.querySelector("[role=option]") && !box.querySelector("[data-create], .none")) box.append(make("p", { className: "none" }, say("none")));
  for (const link of box.querySelectorAll("[data-create]")) {
    const url = `${link.getAttribute("href")}&for=${encodeURIComponent(input.dataset.for || input.id)}`; // what comes about there is put in here
    link.setAttribute("href", url);
    link.setAttribute("hx-get", url);
  }
  input.closest(".pick").append(box);
  place(input, box);
  window.dispatchEvent(new CustomEvent("gx:added", { detail: box }));
  open = { input, box };
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", box.id);
  options().forEach((option, index) => { option.id ||= `${box.id}-${index}`; });
  point(0);
}

/** Below the field, or above it where there is no room; fixed, so that no scrolling box cuts it off. */
function place(input, box) {
  const field = input.closest(".pick").getBoundingClientRect();
  box.style.width = `${Math.max(240, field.width)}px`;
  const above = innerHeight - field.bottom < 220 && field.top > innerHeight - field.bottom;
  box.style.maxHeight = `${Math.min(300, (above ? field.top : innerHeight - field.bottom) - 12)}px`;
  Object.assign(box.style, { left: "0px", top: "0px" });
  const zero = box.getBoundingClientRect(); // a moved ancestor is the ground of what is fixed inside it
  box.style.left = `${Math.max(8, Math.min(field.left, innerWidth - box.offsetWidth - 8)) - zero.left}px`;
  box.style.top = `${(above ? field.top - box.offsetHeight - 4 : field.bottom + 4) - zero.top}px`;
}

function point(index) {
  const all = options();
  all.forEach((option, at) => { option.setAttribute("aria-selected", at === index); option.classList.toggle("at", at === index); });
  if (!all[index]) return;
  open.input.setAttribute("aria-activedescendant", all[index].id);
  all[index].scrollIntoView({ block: "nearest" });
}

/** Put a record into the field, as if it had been chosen. */
export function choose(input, id, label) {
  const pick = input.closest(".pick");
  if (pick.classList.contains("many")) {
    if (![...pick.querySelectorAll("input[type=hidden]")].some((each) => each.value === String(id))) input.before(tag(pick.dataset.name, id, label));
    input.value = "";
  } else {
    hidden(input).value = id;
    input.value = label;
    input.dataset.label = label;
    hidden(input).dispatchEvent(new Event("change", { bubbles: true }));
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  shut();
}

const tag = (name, id, label) => make("span", { className: "tag b" }, label, make("input", { type: "hidden", name, value: id }), make("button", { type: "button", className: "x", "data-drop-tag": "", "aria-label": `${say("remove")} ${label}` }, icon("x")));

function take(option, input) {
  if (option.matches("[data-create]")) { shut(); return; }
  choose(input, option.dataset.id, option.dataset.label || option.textContent.trim());
  if ("deeper" in option.dataset) find(input); // what stands below it can be chosen next
  if (option.dataset.proposes) propose(input.form, JSON.parse(option.dataset.proposes));
}

/** What was chosen says more, such as a price: put in where nothing stands, or what an earlier choice put in. */
function propose(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form?.elements[name];
    if (!(field instanceof HTMLInputElement) || field.readOnly || (field.value && field.value !== field.dataset.proposed)) continue;
    field.value = field.dataset.proposed = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function keydown(event, input) {
  if (event.isComposing) return;
  const all = options();
  const at = chosenAt();
  if (event.key === "ArrowDown" && !open) { event.preventDefault(); find(input); } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (all.length) { event.preventDefault(); point((at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length); }
  } else if (event.key === "Enter" && open && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (all[at]?.matches("[data-create]")) all[at].click();
    else if (all[at]) take(all[at], input);
  } else if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    shut();
  } else if (event.key === "Backspace" && !input.value) input.closest(".pick.many")?.querySelector(":scope > .tag:last-of-type [data-drop-tag]")?.click();
}

/** Leaving with words that name nothing puts the chosen name back; leaving it empty means nobody. */
function settle(input) {
  if (input.closest(".many")) { input.value = ""; return; }
  const target = hidden(input);
  if (!target) return;
  if (!input.value.trim() && target.value) { target.value = ""; input.dataset.label = ""; target.dispatchEvent(new Event("change", { bubbles: true })); } else input.value = input.dataset.label ?? input.defaultValue;
}

export function listen() {
  const later = calm(find, 150);
  document.addEventListener("scroll", ({ target }) => { if (open && target !== open.box) place(open.input, open.box); }, { capture: true, passive: true });
  on("input", "[data-picker]", (event, input) => { if (!event.isComposing) later(input); });
  on("compositionend", "[data-picker]", (_, input) => later(input));
  on("focusin", "[data-picker]", (_, input) => {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.dataset.label ??= input.defaultValue;
    input.select();
    if ("quiet" in input.dataset) delete input.dataset.quiet;
    else find(input);
  });
  on("mousedown", "[data-picker]", (_, input) => { if (document.activeElement === input && open?.input !== input) find(input); });
  on("focusout", "[data-picker]", (_, input) => setTimeout(() => { if (document.activeElement !== input) { settle(input); if (open?.input === input) shut(); } }, 180));
  on("keydown", "[data-picker]", keydown, true);
  on("mousedown", ".options", (event) => event.preventDefault());
  on("click", ".options [role=option]", (_, option) => { if (open) take(option, open.input); });
  on("click", ".options [data-create]", () => shut());
  on("click", "[data-drop-tag]", (_, button) => {
    const form = button.closest("form");
    button.closest(".tag").remove();
    form?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("picked", ({ detail }) => {
    const input = document.querySelector(`[data-for="${CSS.escape(detail.for)}"]`) || document.getElementById(detail.for);
    if (input) choose(input, detail.id, detail.label);
  });
}
