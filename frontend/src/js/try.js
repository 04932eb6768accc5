/* The page of the API: send a call with the token that stands in its field, and show what came. The cookie of the session is not sent. */
import { on } from "./dom.js";
import { say } from "./words.js";

/** The address with the parts that the path and the query ask for. */
function address(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value.trim();
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (input.dataset.in === "query" && value) query.set(input.name, value);
  }
  return query.size ? `${path}?${query}` : path;
}

function headers(form) {
  const token = document.querySelector("[data-try-token]")?.value.trim() || "";
  const found = { Authorization: `Bearer ${token}`, Accept: "application/json" };
  for (const input of form.querySelectorAll("input[data-in='header']")) if (input.value.trim()) found[input.name] = input.value.trim();
  return found;
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

async function send(form) {
  const out = form.querySelector("[data-try-out]");
  const body = form.querySelector("textarea")?.value.trim();
  const given = headers(form);
  if (body) given["Content-Type"] = "application/json";
  out.hidden = false;
  out.textContent = "…";
  try {
    const answer = await fetch(address(form), { method: form.dataset.verb, headers: given, body: body || undefined, credentials: "omit" });
    out.textContent = `${answer.status} ${answer.statusText}\n${pretty(await answer.text())}`;
  } catch {
    out.textContent = say("offline");
  }
}

export function listen() {
  on("submit", "form[data-try]", (event, form) => { event.preventDefault(); send(form); });
}
