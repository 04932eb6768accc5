/* Pieces that few pages need are fetched when one appears; they get what they use handed in. */
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
  "[data-filter-builder]": () => import("./filter.js"),
  "[data-tree]": () => import("./tree.js"),
  "[data-viewer]": () => import("./viewer.js"),
};

export function arm(root) {
  for (const [selector, load] of Object.entries(PIECES)) {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      if (element.dataset.armed) continue;
      element.dataset.armed = "1";
      const go = () => load().then(({ start }) => start(element, tools)).catch(() => toast(say("offline"), "", "error"));
      const shut = element.closest("details:not([open])");
      if (shut) shut.addEventListener("toggle", go, { once: true });
      else go();
    }
  }
}
