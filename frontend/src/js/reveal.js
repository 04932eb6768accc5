/* A veiled number: one press (which the server logs) shows it, then it can be copied or called. */
import { icon, make, on } from "./dom.js";
import { post } from "./post.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

async function reveal(button) {
  button.disabled = true;
  const { ok, data } = await post(button.dataset.revealUrl);
  button.disabled = false;
  if (!ok || !data?.number) return;
  const number = button.closest(".phone")?.querySelector("[data-number]") || button.previousElementSibling;
  if (number) number.textContent = data.number;
  button.replaceWith(
    make("button", { type: "button", className: "ic", "data-copy": data.number, "aria-label": say("copy"), title: say("copy") }, icon("copy")),
    make("a", { className: "ic", href: `tel:${data.number.replace(/[^\d+]/g, "")}`, "aria-label": say("call"), title: say("call") }, icon("phone")),
  );
}

/** On a phone one press reveals and calls. */
async function call(button) {
  button.disabled = true;
  const { ok, data } = await post(button.dataset.call);
  button.disabled = false;
  if (ok && data?.number) location.assign(`tel:${data.number.replace(/[^\d+]/g, "")}`);
}

/** The clipboard needs https; the old way serves where there is none. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = make("textarea", { value: text, className: "vh" });
  (document.querySelector("dialog[open]") || document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function listen() {
  on("click", "[data-reveal-url]", (event, button) => { event.stopPropagation(); reveal(button); });
  on("click", "[data-call]", (_, button) => call(button));
  on("click", "[data-copy-from]", (event, button) => copy(document.querySelector(button.dataset.copyFrom).value).then(() => toast(say("copied"))).catch(() => {}));
  on("click", "[data-copy]", (event, button) => { event.stopPropagation(); copy(button.dataset.copy).then(() => toast(say("copied"))).catch(() => {}); });
}
