/* The editor of a print: blocks come, go and change places, tags are put in where the cursor stood, and each change asks for another look. */
import Sortable from "sortablejs";

export function start(form) {
  const list = form.querySelector("[data-blocks]");
  const tags = form.querySelector("[data-tag]");
  const format = form.querySelector("[data-format]");
  let number = list.children.length;
  let last = null;

  const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));
  const look = () => document.body.dispatchEvent(new CustomEvent("looks"));
  Sortable.create(list, { handle: ".handle", animation: 120, ghostClass: "ghost", delay: 180, delayOnTouchOnly: true, onEnd: changed });
  form.querySelectorAll("[data-add], [data-tag]").forEach((control) => { control.disabled = false; });

  /** Only the tags of the list that a block shows, or of the record. */
  function offer() {
    const of = last?.closest("[data-block]")?.querySelector("[data-of]")?.value || "";
    tags.querySelectorAll("optgroup").forEach((group) => { group.hidden = group.disabled = group.dataset.of !== of; });
  }

  function insert() {
    if (!tags.value) return;
    const field = last?.isConnected ? last : form.querySelector("[data-blocks] [data-tags]");
    if (field) {
      const text = `{{${tags.value}${format.value && `|${format.value}`}}}`;
      const before = field.value.slice(0, field.selectionStart);
      const own = field.dataset.tags === "lines" && before && !/(\n|[:：]\s*)$/.test(before) ? "\n" : "";
      field.setRangeText(own + text, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      changed();
    }
    tags.value = "";
  }

  form.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-tags]")) [last] = [target];
    offer();
  });
  form.addEventListener("change", ({ target }) => {
    if (target === tags) insert();
    else if (target !== format) look();
    offer();
  });
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

  /** Which record the look shows stands beside the form, in a picker that fills a hidden input. */
  const sample = document.getElementById("f-sample-id");
  const kept = document.getElementById("sample-kept");
  const link = document.querySelector("[data-sample]");
  document.getElementById("panel").addEventListener("change", () => {
    if (!sample || kept.value === sample.value) return;
    kept.value = sample.value;
    link.href = link.href.split("?")[0] + (sample.value ? `?record=${sample.value}` : "");
    look();
  });

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
  offer();
}
