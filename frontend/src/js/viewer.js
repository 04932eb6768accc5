/* The dialogue in which a file is looked at: arrow keys turn to the next one, a PDF is drawn and made larger or smaller. */

import { typing } from "./dom.js";

const READING = ".viewer [data-sideways], .viewer.pdf";
const ZOOM = { "+": "in", "=": "in", "-": "out", 0: "fit" };

/** Left and right turn to the neighbour, unless what has the focus scrolls that way itself; plus, minus and nought are for the size. */
function press(event) {
  const by = { ArrowLeft: "previous", ArrowRight: "next" }[event.key];
  const size = ZOOM[event.key];
  if (!(by || size) || event.defaultPrevented || typing(event.target) || event.altKey || event.ctrlKey || event.metaKey || (by && event.shiftKey)) return;
  if (document.querySelector("dialog[open]:not(#modal)")) return;
  if (size) {
    const button = document.querySelector(`[data-viewer] [data-zoombar]:not([hidden]) [data-zoom="${size}"]`);
    if (button) { event.preventDefault(); button.click(); }
    return;
  }
  const wide = event.target.closest?.(READING);
  if (wide && wide.scrollWidth > wide.clientWidth) return;
  const link = document.querySelector(`[data-viewer] [data-turn="${by}"]`);
  if (link) { event.preventDefault(); link.click(); }
}
document.addEventListener("keydown", press);

/** What may go wrong with a picture or a PDF stands ready in the page, in the reader's language. */
function excuse(root, why) {
  const said = root.querySelector(`template[data-why="${why}"]`) || root.querySelector("template[data-why=broken]");
  root.querySelector(".viewer").replaceChildren(said.content.cloneNode(true));
  root.querySelector("[data-zoombar]")?.remove();
}

export function start(root, tools) {
  const picture = root.querySelector("img[data-picture]");
  if (picture) {
    const fail = () => excuse(root, "broken");
    if (picture.complete && !picture.naturalWidth) fail(); else picture.addEventListener("error", fail, { once: true });
  }
  const box = root.querySelector("[data-pdf]");
  if (box) drawn(root, box, tools);
}

async function drawn(root, box, tools) {
  const { draw } = await import("./pdf.js");
  if (!root.isConnected) return;
  const end = draw(box, box.dataset.pdf, tools, (why) => root.isConnected && excuse(root, why));
  const gone = new MutationObserver(() => { if (!root.isConnected) { gone.disconnect(); end(); } });
  gone.observe(document.body, { childList: true, subtree: true });
}
