/* A session that has ended takes nothing along: before a form goes, the page asks whether one is still signed in, and a write
   that came too late waits until one is. Only what a person did asks him to sign in; what a page fetches by itself keeps still. */
import { isDirty } from "./guard.js";
import { say } from "./words.js";
import { toast } from "./toast.js";
import { htmx } from "./wire.js";

const FRESH = 5000; // milliseconds for which an answer is believed: a form that asks for confirmation goes twice
const LEAVING = 10000; // milliseconds in which the next page comes, if one does
let asked = 0;
let left = 0;

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
async function ask() {
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

let waiting = null;

/** Resolves to true when the person has signed in again; all that wait hear the same. */
export function signedIn() {
  if (!meta("person")) return Promise.resolve(false);
  waiting ||= ask().finally(() => { waiting = null; });
  return waiting;
}

/** Whether the next page is on its way. */
export const leaving = () => Date.now() - left < LEAVING;

/** Whether a person did it, and not the page by itself or while he types. */
const meant = ({ elt, triggeringEvent: by }) => (by ? !(by instanceof CustomEvent) && by.type !== "input" : !elt.hasAttribute("hx-trigger"));

const door = () => `/login/?next=${encodeURIComponent(location.pathname + location.search)}`;
let told = false;

/** htmx was told that the session has ended. */
async function refused({ elt, xhr, requestConfig }) {
  if (xhr.status !== 401 || leaving()) return;
  if (!meant(requestConfig)) {
    if (!told) toast(say("expired"), "", "error", door(), say("logIn"));
    told = true;
  } else if (requestConfig.verb === "get" && !isDirty(document.body)) {
    left = Date.now();
    location.assign(door());
  } else if (await signedIn()) {
    if (elt instanceof HTMLFormElement) elt.requestSubmit();
    else if (requestConfig.triggeringEvent) htmx.trigger(elt, requestConfig.triggeringEvent.type);
  }
}

export function listen() {
  if (!meta("person")) return;
  addEventListener("beforeunload", () => { left = Date.now(); });
  addEventListener("submit", async (event) => {
    const form = event.target;
    const own = form.method !== "post" || form.hasAttribute("hx-post") || "leave" in form.dataset;
    if (event.defaultPrevented || own || form.dataset.stays || Date.now() - asked < FRESH) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    try {
      if (!(await present()) && !(await signedIn())) return;
    } catch {
      return toast(say("offline"), "", "error");
    }
    form.dataset.stays = "1";
    form.requestSubmit(button);
    delete form.dataset.stays;
  }, true);
  document.addEventListener("htmx:responseError", ({ detail }) => refused(detail));
}
