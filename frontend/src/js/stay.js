/* A form that stood open for long is not lost with the session: before it goes, the page asks whether one is still signed in. */
import { say } from "./words.js";
import { toast } from "./toast.js";

const FRESH = 180000; // a page younger than this is believed
let asked = Date.now();

const meta = (name) => document.querySelector(`meta[name=${name}]`);

/** Resolves to true when the same person is signed in; forms then carry the token of the present session. */
async function present() {
  const answer = await fetch("/_here/", { credentials: "same-origin", headers: { Accept: "application/json" } });
  const found = await answer.json().catch(() => ({}));
  const person = meta("person")?.content;
  if (!answer.ok || (person && String(found.person) !== person)) return false;
  if (meta("csrf-token")) meta("csrf-token").content = found.token;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = found.token; });
  asked = Date.now();
  return true;
}

/** Ask to sign in elsewhere until it is done or given up. */
async function wait() {
  const dialog = document.getElementById("stay");
  const again = document.getElementById("stay-again");
  again.hidden = true;
  for (;;) {
    dialog.returnValue = "no";
    dialog.showModal();
    await new Promise((settle) => dialog.addEventListener("close", settle, { once: true }));
    if (dialog.returnValue !== "yes") return false;
    if (await present().catch(() => false)) return true;
    again.hidden = false;
  }
}

export function listen() {
  if (!meta("person")) return;
  addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post") || form.dataset.stays || Date.now() - asked < FRESH) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    try {
      if (!(await present()) && !(await wait())) return;
    } catch {
      return toast(say("offline"), "", "error");
    }
    form.dataset.stays = "1";
    form.requestSubmit(button);
    delete form.dataset.stays;
  }, true);
  // An htmx write that came too late: what was typed stands there still.
  document.addEventListener("htmx:responseError", async ({ detail }) => {
    if (detail.xhr.status !== 401) return;
    if ((await wait()) && detail.elt instanceof HTMLFormElement) detail.elt.requestSubmit();
  });
}
