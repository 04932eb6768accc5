/* A phrase, filled from the record, goes where the cursor stands in what somebody writes; what he typed stays. */
import { on } from "./dom.js";
import { refusal } from "./post.js";
import { toast } from "./toast.js";

async function put(button) {
  const field = button.closest("form").querySelector("textarea[name=text]");
  const answer = await fetch(button.dataset.phrase, { credentials: "same-origin", headers: { "HX-Request": "true", Accept: "application/json" } }).catch(() => null);
  const data = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!data) return toast(refusal(answer?.status), "", "error");
  field.setRangeText(data.text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

export function listen() {
  on("click", "[data-phrase]", (_, button) => put(button));
}
