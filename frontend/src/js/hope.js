/* A cell that is being saved shows at once what was typed; where it is refused, or the network is lost, the form stands there again. */

const FORM = "form.editing";

/** What a control would say once it is saved, or nothing where only the server knows. */
function said(form) {
  const control = form.querySelector("select, textarea, input:not([type=hidden])");
  if (!control || form.querySelectorAll("select, textarea, input:not([type=hidden])").length > 1 || control.matches("[type=file], [type=checkbox], [type=radio], .many *")) return "";
  return (control.matches("select") ? [...control.selectedOptions].map(({ text }) => text).join("、") : control.value).trim() || "—";
}

export function listen() {
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const hope = detail.requestConfig.verb === "post" && detail.elt.matches(FORM) && !detail.requestConfig.parameters.has?.("empty") && said(detail.elt);
    if (hope) detail.elt.dataset.hope = hope;
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
    if (!elt.matches?.(FORM) || !elt.dataset.hope) return;
    delete elt.dataset.hope;
    if (elt.isConnected && document.activeElement === document.body) elt.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });
}
