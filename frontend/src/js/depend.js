/* A choice that hangs on another: its control offers what fits what is chosen there, at once. Markup: data-depends-on names the
   other control, data-under of an option or box the values under which it is offered. */
import { make, on } from "./dom.js";

const value = (form, name) => { const found = form?.elements[name]; return found instanceof RadioNodeList ? [...found].at(-1)?.value : found?.value; };
const fits = (each, chosen) => !each.dataset.under || each.dataset.under.split(" ").includes(chosen);

function refresh(control, form, changed) {
  const chosen = value(form, control.dataset.dependsOn);
  if (chosen === undefined) return; // the other one is not in this form: the server has left out what does not fit
  let emptied = false;
  for (const option of control.querySelectorAll("option, label")) {
    const box = option.querySelector("input");
    const fit = fits(option, chosen) || (!changed && (option.selected || box?.checked)); // what stands there stays until one changes it
    option.hidden = !fit;
    if (!box) option.disabled = !fit;
    if (!fit && changed && (option.selected || box?.checked)) {
      emptied = true;
      if (box) box.checked = false;
      else control.value = "";
    }
  }
  if (control.dataset.picker && changed && control.value) {
    control.value = control.dataset.label = document.getElementById(control.dataset.for).value = "";
    emptied = true;
  }
  control.parentElement.querySelector(":scope > .misfit")?.remove();
  if (!emptied || !changed) return;
  control.after(make("p", { className: "misfit sub", role: "status" }, control.dataset.misfit || ""));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

export function arm(root) {
  for (const control of root.querySelectorAll("[data-depends-on]")) refresh(control, control.closest("form"), false);
}

export function listen() {
  on("change", "form [name]", ({ target }) => {
    for (const control of target.form?.querySelectorAll(`[data-depends-on="${CSS.escape(target.name)}"]`) || []) refresh(control, target.form, true);
  });
}
