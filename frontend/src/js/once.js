/* A form is sent once: it carries a key the server remembers, and does not go twice while the first is under way. */
import { onceKey } from "./post.js";

const writes = (form) => form.matches("form[method=post], form[hx-post], form[hx-put], form[hx-patch]");

export function arm(root) {
  for (const form of [root, ...root.querySelectorAll("form")]) {
    if (!(form instanceof HTMLFormElement) || !writes(form) || form.elements.idempotency_key) continue;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "idempotency_key", value: onceKey() });
    form.append(input);
  }
}

export function listen() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !writes(form) || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    form.querySelector("button:not([type=button])")?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const key = detail.elt.closest?.("form")?.elements.idempotency_key;
    // A lost network keeps the key, so that trying again is the same write; an answer ends it.
    if (key && detail.xhr.status) key.value = onceKey();
  });
  // Coming back through the browser's cache, the form may be sent again.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }));
}
