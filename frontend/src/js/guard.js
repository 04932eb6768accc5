/* Nothing typed is lost by accident: leaving, closing the drawer or the modal with unsaved changes asks first. */
import { ask } from "./ask.js";
import { on } from "./dom.js";
import { say } from "./words.js";

const dirty = new Set();

/** Whether anything unsaved stands below `root`. */
export const isDirty = (root) => [...dirty].some((form) => form.isConnected && root.contains(form));

/** Resolves to true when none of `roots` holds anything unsaved, or the person lets it go. */
export async function mayLeave(...roots) {
  const unsaved = [...dirty].filter((form) => form.isConnected && roots.some((root) => root.contains(form)));
  if (!unsaved.length) return true;
  if (!(await ask(say("unsaved")))) return false;
  unsaved.forEach((form) => dirty.delete(form));
  return true;
}

export function listen() {
  on("input", "form[data-guard]", (_, form) => dirty.add(form));
  on("change", "form[data-guard]", (_, form) => dirty.add(form));
  document.addEventListener("submit", ({ target, defaultPrevented }) => { if (!defaultPrevented && !target.hasAttribute("hx-post")) dirty.delete(target); });
  // Before what the answer sets off: a record that is read anew must not take what was just saved for unsaved.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    const saved = detail.xhr.status < 400 && detail.requestConfig.verb !== "get";
    if (saved && detail.elt.matches?.("form")) dirty.delete(detail.elt);
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}
