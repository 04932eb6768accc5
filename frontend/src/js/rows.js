/* j and k walk rows and cards, Enter opens, x selects; the first column casts a shadow once the sheet is slid. */
let at = null;

const rows = () => [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent);

/** The row under the cursor, also where the list was read anew since. */
export function current() {
  if (at && !at.isConnected) at = rows().find((row) => row.dataset.row === at.dataset.row) || null;
  return at;
}

/** Move the cursor by `step` rows. */
export function move(step) {
  const all = rows();
  if (!all.length) return;
  place(all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + step))]);
}

/** The list was read anew: the cursor stands where it stood, with the focus where that was lost. */
export function again() {
  if (!at || !current()) return;
  at.classList.add("cursor");
  if (document.activeElement === document.body) hold(at);
}

function place(row) {
  at?.classList.remove("cursor");
  at = row;
  row.classList.add("cursor");
  row.scrollIntoView({ block: "nearest" });
  hold(row);
}

const hold = (row) => (row.matches("[tabindex]") ? row : row.querySelector("a[href]"))?.focus({ preventScroll: true });

/** The cursor goes to a row, and with it the focus if that is wanted. */
export function stand(row, focus = false) {
  if (focus) return place(row);
  at?.classList.remove("cursor");
  at = row;
  row.classList.add("cursor");
}

/** Tick or untick the row under the cursor. */
export const toggle = () => current()?.querySelector("[data-select]")?.click();

export function listen() {
  document.addEventListener("scroll", ({ target }) => {
    if (target.classList?.contains("sheet")) target.classList.toggle("slid", target.scrollLeft > 0);
  }, { capture: true, passive: true });
}
