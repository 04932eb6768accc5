/* Cards move between columns by hand or with Alt and the arrows; a refused card springs back and says why. */
import Sortable from "sortablejs";

/** What stands at the head of a column, when the answer brings new figures. */
function figures(board, columns = {}) {
  for (const [to, { count, sum }] of Object.entries(columns)) {
    const column = board.querySelector(`.col[data-to="${CSS.escape(to)}"]`);
    if (!column) continue;
    if (count !== undefined && column.querySelector("[data-col-count]")) column.querySelector("[data-col-count]").textContent = count;
    if (sum !== undefined && column.querySelector("[data-col-sum]")) column.querySelector("[data-col-sum]").textContent = sum;
  }
}

async function send(board, card, home, { post, htmx, toast }) {
  const column = card.closest(".col");
  const before = card.nextElementSibling?.matches(".deal") ? card.nextElementSibling.dataset.id : "";
  const { ok, data } = await post(board.dataset.moveUrl, { id: card.dataset.id, to: column.dataset.to, version: card.dataset.version || "", before });
  if (ok && !data?.ask) {
    if (data?.version !== undefined) card.dataset.version = data.version;
    return figures(board, data?.columns);
  }
  home.parent.insertBefore(card, home.next?.parentNode === home.parent ? home.next : null);
  card.classList.add("back");
  setTimeout(() => card.classList.remove("back"), 400);
  if (data?.ask) htmx.ajax("GET", data.ask, { target: "#modal" });
  else if (ok === false && data?.message === "") toast("", "", "error");
}

const place = (card) => ({ parent: card.parentNode, next: card.nextElementSibling });

function byKeyboard(board, tools) {
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest(".deal");
    if (!card || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const columns = [...board.querySelectorAll(".col")];
    const next = columns[columns.indexOf(card.closest(".col")) + (event.key === "ArrowRight" ? 1 : -1)];
    event.preventDefault();
    if (!next) return;
    const home = place(card);
    next.querySelector(".deals").prepend(card);
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    send(board, card, home, tools);
  });
}

export function start(board, tools) {
  let home = null;
  for (const list of board.querySelectorAll(".deals")) {
    Sortable.create(list, {
      group: "deals", draggable: ".deal", animation: 140, delay: 180, delayOnTouchOnly: true, ghostClass: "ghost", dragClass: "drag", scroll: true, bubbleScroll: true,
      onStart: ({ item }) => { home = place(item); },
      onMove: ({ to }) => { board.querySelectorAll(".col").forEach((column) => column.classList.toggle("over", column.contains(to) && to !== home.parent)); },
      onEnd: ({ item, from, to, oldIndex, newIndex }) => {
        board.querySelectorAll(".over").forEach((column) => column.classList.remove("over"));
        if (from !== to || oldIndex !== newIndex) send(board, item, home, tools);
      },
    });
  }
  byKeyboard(board, tools);
}
