/* Paste a card: the server reads the text, and what it says goes into fields that are still empty. Nothing is saved. */
import { make, on } from "./dom.js";
import { post } from "./post.js";

/** Fill one field; says whether it took the value. What a person typed stays. */
function fill(form, { key, value, id }) {
  const field = form.querySelector(`#f-${CSS.escape(key)}`);
  if (!field) {
    if (id === null) return false;
    const kept = form.querySelector(`input[data-card="${CSS.escape(key)}"]`) || form.appendChild(make("input", { type: "hidden", name: key, "data-card": key }));
    kept.value = id ?? value;
    return true;
  }
  if (field.value) return false;
  field.dataset.card = value;
  set(form, field, value, id);
  return true;
}

/** Take back what an earlier card said, where nobody has changed it since: two cards never make one person. */
function clear(form) {
  for (const kept of form.querySelectorAll("[data-card]")) {
    if (kept.type === "hidden") kept.remove();
    else {
      const said = kept.dataset.card;
      delete kept.dataset.card;
      if (kept.value === said) set(form, kept, "", "");
    }
  }
}

function set(form, field, value, id) {
  field.value = value;
  const hidden = field.dataset.for && form.querySelector(`#${CSS.escape(field.dataset.for)}`);
  if (hidden) hidden.value = id ?? "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (hidden && id) hidden.dispatchEvent(new Event("change", { bubbles: true }));
}

async function read(button) {
  const box = button.closest("[data-card-box]");
  const form = button.closest("form");
  const said = box.querySelector("[data-card-said]");
  const { ok, data } = await post(button.dataset.cardRead, { text: box.querySelector("textarea").value });
  if (!ok) return;
  clear(form);
  const taken = data.fields.filter((field) => fill(form, field));
  said.replaceChildren(...(taken.length ? taken.map(({ label, value }) => make("span", { className: "tag" }, `${label}: ${value}`)) : [said.dataset.none]));
}

export function listen() {
  on("click", "[data-card-read]", (_, button) => read(button));
  on("toggle", "[data-card-box]", (_, box) => { if (box.open) box.querySelector("textarea").focus(); }, true);
}
