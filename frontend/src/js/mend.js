/* What was refused and is being corrected is no longer wrong: the reason beside a field goes with the first change to it. */
import { on } from "./dom.js";

function mend(_, field) {
  field.classList.remove("bad");
  field.querySelectorAll(".error").forEach((reason) => reason.remove());
  field.querySelectorAll("[aria-invalid]").forEach((input) => { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); });
}

export function listen() {
  on("input", ".field.bad", mend);
  on("change", ".field.bad", mend);
}
