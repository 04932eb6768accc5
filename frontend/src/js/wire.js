/* How htmx behaves here: what is swapped, what every write carries, what is said when a request fails. */
import htmx from "htmx.org/dist/htmx.esm.js";
import { csrf, onceKey, refusal } from "./post.js";
import { toast } from "./toast.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0, // customers' data is not kept in browser storage
  refreshOnHistoryMiss: true,
  selfRequestsOnly: true,
  defaultSettleDelay: 0, // what is swapped in answers at once, not 20 ms later
  defaultFocusScroll: false,
  timeout: 60000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

/** The bar at the top, shown only when an answer takes longer than a blink. */
let waiting = 0;
const busy = (step) => {
  waiting = Math.max(0, waiting + step);
  document.getElementById("busy")?.classList.toggle("on", waiting > 0);
};

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get") return;
  detail.headers["X-CSRFToken"] = csrf();
  const form = detail.elt.closest("form");
  detail.headers["Idempotency-Key"] = form?.elements.idempotency_key?.value || onceKey();
});
document.addEventListener("htmx:beforeSend", () => busy(1));
document.addEventListener("htmx:afterRequest", () => busy(-1));
for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => toast(refusal(0), "", "error"));
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401) return; // stay.js asks to sign in again
  if (!/"toast"/.test(detail.xhr.getResponseHeader("HX-Trigger") || "")) toast(refusal(detail.xhr.status), "", "error");
});
// A session that ended answers with the login page: go there rather than swap it into a corner.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const landed = new URL(detail.xhr.responseURL || location.href, location.href);
  if (landed.pathname.startsWith("/login/") && !location.pathname.startsWith("/login/")) {
    detail.shouldSwap = false;
    toast(refusal(401), "", "error", landed.pathname + `?next=${encodeURIComponent(location.pathname + location.search)}`, "→");
  }
});

export { htmx };
