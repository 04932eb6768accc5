/* Column widths are dragged at the head's edge (or Alt+←/→ on it) and remembered, by the server where it offers an address. */
import { calm } from "./dom.js";
import { post } from "./post.js";
import { keep, kept } from "./rail.js";

const LEAST = 56;
const column = (th) => th.closest("table").querySelectorAll("colgroup col")[th.cellIndex];

function read(table) {
  try { return JSON.parse(kept(`widths:${table.dataset.widths}`)) || {}; } catch { return {}; }
}

const remember = calm((table) => {
  const widths = {};
  table.querySelectorAll("th[data-col]").forEach((th) => { const width = parseInt(column(th)?.style.width, 10); if (width) widths[th.dataset.col] = width; });
  keep(`widths:${table.dataset.widths}`, JSON.stringify(widths));
  if (table.dataset.widthsUrl) post(table.dataset.widthsUrl, { widths: JSON.stringify(widths) }, { quiet: true });
}, 400);

/** Fix the table at its present widths the first time one is changed, so that only one column moves. */
function freeze(table) {
  if (table.classList.contains("fixed")) return;
  const heads = [...table.tHead.rows[0].cells];
  const widths = heads.map((th) => Math.ceil(th.getBoundingClientRect().width));
  heads.forEach((th, index) => { if (column(th)) column(th).style.width = `${widths[index]}px`; });
  table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
  table.style.minWidth = "100%";
  table.classList.add("fixed");
}

function resize(th, width) {
  const table = th.closest("table");
  freeze(table);
  const before = parseInt(column(th).style.width, 10);
  const now = Math.max(LEAST, Math.round(width));
  column(th).style.width = `${now}px`;
  table.style.width = `${parseInt(table.style.width, 10) + now - before}px`;
  remember(table);
}

function drag(event, th, grip) {
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  grip.classList.add("on");
  const from = event.clientX;
  const width = th.getBoundingClientRect().width;
  grip.onpointermove = ({ clientX }) => resize(th, width + clientX - from);
  grip.onpointerup = grip.onpointercancel = () => { grip.onpointermove = null; grip.classList.remove("on"); };
}

export function arm(root) {
  for (const table of root.querySelectorAll("table[data-widths]")) {
    if (table.dataset.armed || !table.querySelector("colgroup")) continue;
    table.dataset.armed = "1";
    const widths = table.dataset.widthsUrl ? {} : read(table);
    for (const th of table.querySelectorAll("th[data-col]")) {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.onpointerdown = (event) => drag(event, th, grip);
      grip.onclick = (event) => event.stopPropagation();
      th.append(grip);
      if (widths[th.dataset.col]) resize(th, widths[th.dataset.col]);
    }
  }
}
