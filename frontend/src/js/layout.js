/* Arranging a form: fields go from section to section by hand or by Alt with an arrow, sections go up, down, come and are dissolved. */
import Sortable from "sortablejs";

export function start(form) {
  const sections = form.querySelector("[data-sections]");
  const lists = () => [...form.querySelectorAll("[data-fields]")];
  const arm = (list) => Sortable.create(list, { group: "fields", animation: 120, ghostClass: "ghost", delay: 180, delayOnTouchOnly: true, onEnd: changed });
  const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));
  lists().forEach(arm);
  form.querySelector("[data-add]").disabled = false;

  form.addEventListener("keydown", (event) => {
    const field = event.target.closest("[data-fields] > li");
    const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!field || !step) return;
    event.preventDefault();
    const beside = step < 0 ? field.previousElementSibling : field.nextElementSibling;
    if (beside) beside[step < 0 ? "before" : "after"](field);
    else {
      const known = lists();
      const next = known[known.indexOf(field.parentElement) + step];
      next?.[step < 0 ? "append" : "prepend"](field);
    }
    field.focus();
    changed();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const section = button?.closest("[data-section]");
    if (button?.matches("[data-add]")) {
      sections.append(form.querySelector("template").content.cloneNode(true));
      arm(sections.lastElementChild.querySelector("[data-fields]"));
      sections.lastElementChild.querySelector("[name=zh]").focus();
    } else if (button?.matches("[data-move]")) {
      if (button.dataset.move === "up") section.previousElementSibling?.before(section);
      else section.nextElementSibling?.after(section);
      button.focus();
    } else if (button?.matches("[data-dissolve]")) {
      form.querySelector(".lay:not([data-section]) [data-fields]").prepend(...section.querySelectorAll("li"));
      section.remove();
    } else return;
    changed();
  });
}
