/* Nothing typed is lost by accident: leaving, closing the drawer or the modal with unsaved changes asks first. */
import { ask } from "./ask.js";
import { on } from "./dom.js";
import { say } from "./words.js";

const dirty = new Set();
/** Forms whose answer is still to come. */
const sent = new Set();

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
  // What is typed after the form was sent counts again at once; what was sent, when it was not taken.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "get" && dirty.delete(detail.elt)) sent.add(detail.elt);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const taken = detail.xhr.status > 0 && detail.xhr.status < 400 && !new URL(detail.xhr.responseURL || location.href).pathname.startsWith("/login/");
    if (sent.delete(detail.requestConfig?.elt) && !taken) dirty.add(detail.requestConfig.elt);
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}
