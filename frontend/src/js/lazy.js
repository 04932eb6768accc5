/* Pieces that few pages need are fetched when one appears; they get what they use handed in. Until a piece has
   started, its element says data-armed="soon"; what somebody does to it meanwhile is done as soon as it can be. */
import { make, icon, on } from "./dom.js";
import { post } from "./post.js";
import { toast } from "./toast.js";
import { htmx } from "./wire.js";
import { say } from "./words.js";

const tools = { make, icon, on, post, toast, htmx, say };
const PIECES = {
  "[data-board]": () => import("./board.js"),
  "[data-calendar]": () => import("./calendar.js"),
  "form[data-columns], [data-sortable]": () => import("./columns.js"),
  "form[data-layout]": () => import("./layout.js"),
  "form[data-print]": () => import("./print.js"),
  "form[data-texting]": () => import("./texting.js"),
  "[data-writing]": () => import("./writing.js"),
  "[data-filter-builder]": () => import("./filter.js"),
  "[data-tree]": () => import("./tree.js"),
  "[data-viewer]": () => import("./viewer.js"),
};

const EARLY = ["click", "keydown"];

/** Keeps the last key or click inside `element` that had no effect of its own; the function it gives does that again, for the piece alone. */
function patience(element) {
  let late = null;
  const keep = (event) => { late = event.type === "click" && event.target.closest("a, button, input, select, textarea, summary, label") ? null : event; };
  EARLY.forEach((type) => element.addEventListener(type, keep));
  return () => {
    EARLY.forEach((type) => element.removeEventListener(type, keep));
    if (!late?.target.isConnected) return;
    element.addEventListener(late.type, (event) => event.stopPropagation(), { once: true });
    late.target.dispatchEvent(new late.constructor(late.type, late));
  };
}

async function begin(element, load) {
  element.dataset.armed = "soon";
  const again = patience(element);
  const piece = await load().catch(() => null);
  if (!piece) {
    delete element.dataset.armed;
    return toast(say("offline"), "", "error");
  }
  piece.start(element, tools);
  element.dataset.armed = "1";
  again();
}

export function arm(root) {
  for (const [selector, load] of Object.entries(PIECES)) {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      if (element.dataset.armed) continue;
      element.dataset.armed = "shut";
      const shut = element.closest("details:not([open])");
      if (shut) shut.addEventListener("toggle", () => begin(element, load), { once: true });
      else begin(element, load);
    }
  }
}
