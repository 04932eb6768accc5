/* The editor of a text with tags: what is chosen from the bar is put in, and each change asks for another look. */
import { sampling, tagbar } from "./tags.js";

export function start(form) {
  const look = () => document.body.dispatchEvent(new CustomEvent("looks"));
  tagbar(form, () => form.dispatchEvent(new Event("change", { bubbles: true })), "textarea[data-tags]");
  form.addEventListener("change", ({ target }) => { if (!target.matches("[data-tag], [data-format]")) look(); });
  form.addEventListener("input", look);
  sampling(look);
}
