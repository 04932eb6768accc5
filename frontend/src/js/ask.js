/* A question before something that cannot be seen coming back; replaces the browser's confirm(). */
import { on } from "./dom.js";

/** Ask `question`; resolves to true for yes. */
export function ask(question) {
  const dialog = document.getElementById("ask");
  if (!dialog) return Promise.resolve(confirm(question));
  dialog.querySelector("#ask-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.querySelector("[value=yes]").focus();
  return new Promise((settle) => dialog.addEventListener("close", () => settle(dialog.returnValue === "yes"), { once: true }));
}

export function listen() {
  document.addEventListener("htmx:confirm", (event) => {
    const question = event.detail.elt.dataset?.confirm;
    if (!question) return;
    event.preventDefault();
    ask(question).then((yes) => yes && event.detail.issueRequest(true));
  });
  on("submit", "form[data-confirm]", (event, form) => {
    if (htmxOwned(form) || form.dataset.asked) return;
    event.preventDefault();
    const button = event.submitter;
    ask(form.dataset.confirm).then((yes) => {
      if (!yes) return;
      form.dataset.asked = "1";
      form.requestSubmit(button);
      delete form.dataset.asked;
    });
  }, true);
  on("click", "a[data-confirm], button[data-confirm]", (event, element) => {
    if (htmxOwned(element) || element.dataset.asked) return;
    event.preventDefault();
    ask(element.dataset.confirm).then((yes) => {
      if (!yes) return;
      element.dataset.asked = "1";
      element.click();
      delete element.dataset.asked;
    });
  });
}

const htmxOwned = (element) => ["hx-get", "hx-post", "hx-delete", "hx-put", "hx-patch"].some((name) => element.hasAttribute(name));
