/* Choosing and ordering columns, and any other list that is put in order by dragging (data-sortable). */
import Sortable from "sortablejs";

export function start(element) {
  const list = element.matches("[data-sortable]") ? element : element.querySelector(".columns");
  const changed = () => list.dispatchEvent(new Event("change", { bubbles: true }));
  Sortable.create(list, { animation: 120, handle: list.dataset.sortable === "whole" ? undefined : ".handle", onEnd: changed });
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("li, [data-sort-item]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    event.target.focus();
    changed();
  });
}
