/* j and k walk rows and cards, Enter opens, x selects; the first column casts a shadow once the sheet is slid. */
let at = null;

const rows = () => [...document.querySelectorAll("main [data-row]")].filter((row) => row.offsetParent);

/** Move the cursor by `step` rows. */
export function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = at?.isConnected ? all.indexOf(at) : -1;
  place(all[Math.min(all.length - 1, Math.max(0, now + step))]);
}

function place(row) {
  at?.classList.remove("cursor");
  at = row;
  row.classList.add("cursor");
  row.scrollIntoView({ block: "nearest" });
  (row.matches("[tabindex]") ? row : row.querySelector("a[href]"))?.focus({ preventScroll: true });
}

/** Tick or untick the row under the cursor. */
export const toggle = () => at?.isConnected && at.querySelector("[data-select]")?.click();

export function listen() {
  document.addEventListener("scroll", ({ target }) => {
    if (target.classList?.contains("sheet")) target.classList.toggle("slid", target.scrollLeft > 0);
  }, { capture: true, passive: true });
}
