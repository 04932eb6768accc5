/* After an @ in a comment: colleagues to choose from, with arrows and Enter, by name, login or reading. */
import { calm, make, on } from "./dom.js";

let open = null; // {field, box, from}
let asked = 0;

/** Where the name that is being typed begins; -1 when the caret stands after none. */
function begun(field) {
  const before = field.value.slice(0, field.selectionStart);
  const at = before.lastIndexOf("@");
  return at >= 0 && !/[\s@]/.test(before.slice(at + 1)) && before.length - at <= 21 ? at + 1 : -1;
}

function shut() {
  open?.box.remove();
  open?.field.removeAttribute("aria-activedescendant");
  open = null;
  asked += 1;
}

async function find(field) {
  const from = begun(field);
  if (from < 0) return shut();
  const mine = ++asked;
  const words = new URLSearchParams({ q: field.value.slice(from, field.selectionStart) });
  const response = await fetch(`${field.dataset.mention}?${words}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (mine !== asked || !response?.ok || begun(field) < 0) return;
  const box = make("div", { className: "options mention", role: "listbox" });
  box.innerHTML = await response.text();
  if (mine !== asked) return;
  shut();
  if (!box.querySelector("[role=option]")) return;
  field.after(box);
  open = { field, box, from };
  point(0);
}

const all = () => [...open.box.querySelectorAll("[role=option]")];

function point(index) {
  all().forEach((option, at) => { option.id = `mention-${at}`; option.setAttribute("aria-selected", at === index); option.classList.toggle("at", at === index); });
  open.field.setAttribute("aria-activedescendant", `mention-${index}`);
  all()[index]?.scrollIntoView({ block: "nearest" });
}

function take(option) {
  const { field, from } = open;
  field.setRangeText(`${option.dataset.label} `, from, field.selectionStart, "end");
  shut();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function keydown(event, field) {
  if (!open || open.field !== field || event.isComposing) return;
  const options = all();
  const at = options.findIndex((option) => option.classList.contains("at"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") point((at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) take(options[at]);
  else if (event.key === "Escape") shut();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function listen() {
  const later = calm(find, 120);
  on("input", "[data-mention]", (event, field) => { if (!event.isComposing) later(field); });
  on("compositionend", "[data-mention]", (_, field) => later(field));
  on("keydown", "[data-mention]", keydown, true);
  on("focusout", "[data-mention]", () => setTimeout(() => { if (open && document.activeElement !== open.field) shut(); }, 180));
  on("mousedown", ".options.mention", (event) => event.preventDefault());
  on("click", ".options.mention [role=option]", (event, option) => { event.stopPropagation(); take(option); });
}
