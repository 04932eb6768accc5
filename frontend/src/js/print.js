/* The editor of a print: blocks come, go and change places, tags are put in where the cursor stood, and each change asks for another look. */
import Sortable from "sortablejs";
import { sampling, tagbar } from "./tags.js";

export function start(form) {
  const list = form.querySelector("[data-blocks]");
  let number = list.children.length;

  const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));
  const look = () => document.body.dispatchEvent(new CustomEvent("looks"));
  Sortable.create(list, { handle: ".handle", animation: 120, ghostClass: "ghost", delay: 180, delayOnTouchOnly: true, onEnd: changed });
  form.querySelectorAll("[data-add]").forEach((control) => { control.disabled = false; });

  tagbar(form, changed, "[data-blocks] [data-tags]");
  form.addEventListener("change", ({ target }) => { if (!target.matches("[data-tag], [data-format]")) look(); });
  form.addEventListener("input", look);
  form.addEventListener("keydown", (event) => {
    const block = event.target.closest("[data-block]");
    const step = event.altKey && event.target === block && { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!step) return;
    event.preventDefault();
    block.querySelector(`[data-move=${step}]`).click();
    block.focus();
  });
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const block = button?.closest("[data-block]");
    if (button?.dataset.add) {
      number += 1;
      const made = form.querySelector(`template[data-sort=${button.dataset.add}]`).innerHTML.replaceAll("__mark__", `b${number}`);
      list.insertAdjacentHTML("beforeend", made);
      const first = list.lastElementChild.querySelector("textarea, select, input:not([type=hidden])");
      (first || list.lastElementChild).focus();
    } else if (button?.dataset.move === "up") block.previousElementSibling?.before(block);
    else if (button?.dataset.move === "down") block.nextElementSibling?.after(block);
    else if (button?.matches("[data-drop]")) block.remove();
    else return;
    changed();
  });

  sampling(look);

  /** A picture that has just been uploaded can be chosen, and is where a block still has none. */
  new MutationObserver(() => {
    const made = document.querySelector("#pictures [data-made]");
    if (!made) return;
    const { picture, name } = made.dataset;
    made.removeAttribute("data-made");
    const option = () => new Option(name, picture);
    form.querySelectorAll("template").forEach(({ content }) => content.querySelectorAll("[data-pictures]").forEach((select) => select.append(option())));
    form.querySelectorAll("[data-pictures]").forEach((select) => {
      select.append(option());
      if (!select.value) select.value = picture;
    });
    changed();
  }).observe(document.getElementById("pictures"), { childList: true });
}
