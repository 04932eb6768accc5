/* Cards move between columns by hand or by keys; a refused card springs back and says why. */
import Sortable from "sortablejs";
import { byKeys, place, save } from "./carry.js";
import * as finger from "./finger.js";
import { Lane } from "./lane.js";

/** What stands at the head of a column, when an answer brings new figures. */
function figures(board, columns = {}) {
  for (const [to, { count, sum }] of Object.entries(columns)) {
    const column = board.querySelector(`.col[data-to="${CSS.escape(to)}"]`);
    if (!column) continue;
    if (count !== undefined && column.querySelector("[data-col-count]")) column.querySelector("[data-col-count]").textContent = count;
    if (sum !== undefined && column.querySelector("[data-col-sum]")) column.querySelector("[data-col-sum]").textContent = sum;
  }
}

/** Where a table is very large the figures come after the cards. */
async function count(board) {
  const answer = await fetch(board.dataset.figuresUrl, { credentials: "same-origin", headers: { "HX-Request": "true", Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) figures(board, (await answer.json().catch(() => null))?.columns);
}

export function start(board, tools) {
  const later = "figuresLater" in board.dataset;
  const drop = async (card, home, column) => {
    const data = await save(board, card, home, column.dataset.to, tools);
    if (data) later ? count(board) : figures(board, data.columns);
  };
  const lists = [...board.querySelectorAll(".deals")];
  lists.forEach((list) => new Lane(list, tools));
  if (later) count(board);
  byKeys(board, {
    card: ".deal", drop, say: tools.say,
    spots: () => [...board.querySelectorAll(".col")],
    list: (column) => column.querySelector(".deals"),
    name: (column) => column.dataset.label || "",
    step: (key) => ({ ArrowLeft: -1, ArrowRight: 1 })[key] || 0,
  });
  if (!board.dataset.moveUrl) return;
  const held = finger.watch(board);
  let home = null;
  for (const list of lists) {
    Sortable.create(list, {
      group: "deals", draggable: ".deal", animation: 140, ghostClass: "ghost", dragClass: "drag", ...finger.options, ...held,
      onStart: ({ item }) => { home = place(item); },
      onMove: ({ to }) => { board.querySelectorAll(".col").forEach((column) => column.classList.toggle("over", column.contains(to) && to !== home.parent)); },
      onEnd: ({ item, from, to }) => {
        board.querySelectorAll(".over").forEach((column) => column.classList.remove("over"));
        if (from !== to) drop(item, home, item.closest(".col"));
      },
    });
  }
}
