/* A table as a tree that is put in order: rows dragged onto, before or behind others, or moved by Alt and an arrow. */

const KEPT = "gx:tree";

export function start(table, { make }) {
  const form = document.getElementById(table.dataset.tree);
  const rows = [...table.querySelectorAll("tbody tr[data-id]")];
  const beside = (row) => rows.filter((each) => each.dataset.parent === row.dataset.parent);
  const byId = (id) => rows.find((row) => row.dataset.id === id);
  let held = null;

  /** Say where a row stands from now on: below which, and before which of those there. */
  function place(row, parent, before = "") {
    form.action = table.dataset.base + `${row.dataset.id}/move/`;
    form.replaceChildren(form.querySelector("[name=csrfmiddlewaretoken]"), ...Object.entries({ parent, before }).map(([name, value]) => make("input", { type: "hidden", name, value })));
    sessionStorage.setItem(KEPT, row.dataset.id);
    form.requestSubmit();
  }
  const behind = (row) => beside(row)[beside(row).indexOf(row) + 1]?.dataset.id || "";
  function within(row, other) {
    for (let at = other; at; at = byId(at.dataset.parent)) if (at === row) return true;
    return false;
  }
  function zone(row, event) {
    const { top, height } = row.getBoundingClientRect();
    const part = (event.clientY - top) / height;
    return part < 0.25 ? "before" : part > 0.75 ? "after" : "inside";
  }
  const clear = () => rows.forEach((row) => row.classList.remove("before", "after", "inside"));

  for (const row of rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => { held = row; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", row.dataset.id); });
    row.addEventListener("dragend", () => { held = null; clear(); });
    row.addEventListener("dragover", (event) => {
      if (!held || within(held, row)) return;
      event.preventDefault();
      clear();
      row.classList.add(zone(row, event));
    });
    row.addEventListener("drop", (event) => {
      if (!held || within(held, row)) return;
      event.preventDefault();
      const where = zone(row, event);
      if (where === "inside") place(held, row.dataset.id);
      else place(held, row.dataset.parent, where === "before" ? row.dataset.id : behind(row));
    });
  }
  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (!row || !event.altKey || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const level = beside(row), at = level.indexOf(row), above = byId(row.dataset.parent);
    if (event.key === "ArrowUp" && at) place(row, row.dataset.parent, level[at - 1].dataset.id);
    if (event.key === "ArrowDown" && at < level.length - 1) place(row, row.dataset.parent, level[at + 2]?.dataset.id);
    if (event.key === "ArrowRight" && at) place(row, level[at - 1].dataset.id);
    if (event.key === "ArrowLeft" && above) place(row, above.dataset.parent, behind(above));
  });
  const moved = byId(sessionStorage.getItem(KEPT) || "");
  sessionStorage.removeItem(KEPT);
  moved?.querySelector("a")?.focus();
}
