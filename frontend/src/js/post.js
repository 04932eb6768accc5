/* A write that is not htmx: the board's move, a revealed number, an undo. Same headers, same toasts, never throws; where the
   session has ended it waits until one has signed in again. */
import { signedIn } from "./stay.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content || "";

/** A key that lets the server recognise the same write sent twice. Works on plain http as well. */
export const onceKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What to tell the person for a status the page did not handle itself. */
export function refusal(status) {
  if (!status) return say("offline");
  return say({ 401: "expired", 403: "forbidden", 404: "gone", 410: "gone", 429: "slow" }[status] || "failed");
}

/** POST `fields` to `url`; resolves to {ok, status, data, said}, having shown whatever toast the answer carries. */
export async function post(url, fields = {}, { quiet = false } = {}) {
  let response;
  try {
    response = await fetch(url, { method: "POST", credentials: "same-origin", body: new URLSearchParams(fields), headers: { "X-CSRFToken": csrf(), "Idempotency-Key": onceKey(), "HX-Request": "true", Accept: "application/json" } });
  } catch {
    if (!quiet) toast(say("offline"), "", "error");
    return { ok: false, status: 0, data: null, said: true };
  }
  if (response.status === 401 && !quiet && (await signedIn())) return post(url, fields);
  const data = await response.json().catch(() => null);
  const said = trigger(response.headers.get("HX-Trigger"));
  if (!response.ok && !said && !quiet && !data?.ask) toast(data?.message || refusal(response.status), "", "error");
  return { ok: response.ok, status: response.status, data, said };
}

/** Fire the events of an HX-Trigger header as htmx would; true when one was a toast. */
function trigger(header) {
  if (!header) return false;
  let events;
  try { events = JSON.parse(header); } catch { events = Object.fromEntries(header.split(",").map((name) => [name.trim(), null])); }
  for (const [name, value] of Object.entries(events)) {
    document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: value && typeof value === "object" ? value : { value } }));
  }
  return "toast" in events;
}
