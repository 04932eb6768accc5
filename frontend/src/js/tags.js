/* The bar of tags above an editor, and the record of which its look shows the values. */

/** A tag that is chosen goes where the cursor stood last in a [data-tags] of the form, or into the first one (`first`). */
export function tagbar(form, changed, first = "[data-tags]") {
  const tags = form.querySelector("[data-tag]");
  const format = form.querySelector("[data-format]");
  let last = null;
  tags.disabled = false;

  /** Only the tags of the list that a block shows, or of the record. */
  function offer() {
    const of = last?.closest("[data-block]")?.querySelector("[data-of]")?.value || "";
    tags.querySelectorAll("optgroup").forEach((group) => { group.hidden = group.disabled = group.dataset.of !== of; });
  }

  function insert() {
    if (!tags.value) return;
    const field = last?.isConnected ? last : form.querySelector(first) || form.querySelector("[data-tags]");
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
    offer();
  });
  offer();
}

/** Which record the look shows stands beside the form, in a picker that fills a hidden input. */
export function sampling(look) {
  const sample = document.getElementById("f-sample-id");
  const kept = document.getElementById("sample-kept");
  const link = document.querySelector("[data-sample]");
  let shown = "";
  document.getElementById("panel").addEventListener("change", () => {
    if (!sample || shown === sample.value) return;
    shown = sample.value;
    if (kept) kept.value = shown;
    if (link) link.href = link.href.split("?")[0] + (shown ? `?record=${shown}` : "");
    look();
  });
}
