/* The pages of a PDF, drawn as they come into view. This part and what it fetches are loaded with the first PDF that is opened. */
import { getDocument, GlobalWorkerOptions, TextLayer } from "pdfjs-dist/legacy/build/pdf.min.mjs";
import { calm } from "./dom.js";
import { arm } from "./zoom.js";

const folder = new URL(`./${PDF_FOLDER}/`, import.meta.url).href;
GlobalWorkerOptions.workerSrc = `${folder}worker.mjs`;
const AHEAD = "600px 0px";
/** A canvas larger than this many pixels is refused by telephones. */
const LARGEST = 16_000_000;
/** Milliseconds without another step before leaves of a new size are drawn. */
const SETTLED = 120;
let calls = 0;

/** Draw the PDF at `url` into `box`; returns what ends the work. `fail` is called with "password", "broken" or "gone". */
export function draw(box, url, { make, say }, fail) {
  const task = getDocument({
    url, isEvalSupported: false, enableXfa: false, disableRange: true, disableStream: true, stopAtErrors: false, verbosity: 0,
    cMapUrl: `${folder}cmaps/`, standardFontDataUrl: `${folder}standard_fonts/`, wasmUrl: `${folder}wasm/`, iccUrl: `${folder}iccs/`,
  });
  const ends = [() => task.destroy()];
  task.promise.then((paper) => lay(box, paper, { make, say }, ends)).catch((error) => {
    if (error?.name === "PasswordException") return fail("password");
    if (error?.name === "ResponseException" || error?.name === "MissingPDFException") return fail("gone");
    if (!task.destroyed) fail("broken");
  });
  return () => ends.forEach((end) => end());
}

/** An empty leaf for each page, of the size of the first until it is known better, and a watch on which are seen. */
async function lay(box, paper, tools, ends) {
  const first = (await paper.getPage(1)).getViewport({ scale: 1 });
  const leaves = Array.from({ length: paper.numPages }, (_, n) => leaf(n + 1, paper.numPages, first, tools));
  box.replaceChildren(...leaves);
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) show(target, paper, tools); else clear(target);
  }, { root: box.closest(".viewer"), rootMargin: AHEAD });
  leaves.forEach((each) => seen.observe(each));
  ends.push(() => seen.disconnect(), arm(box, first.width, calm(() => leaves.forEach((each) => each.dataset.drawn && show(each, paper, tools, "again")), SETTLED)));
}

function leaf(number, count, { width, height }, { make, say }) {
  const words = say("pdfPage").replace("{at}", number).replace("{all}", count);
  const node = make("section", { className: "leaf", role: "group", "aria-label": words });
  node.dataset.page = number;
  node.style.aspectRatio = `${width} / ${height}`;
  return node;
}

/** Draw one leaf; what it shows stays, stretched, until the new one is ready. The latest call wins. */
async function show(node, paper, { make, say }, again = "") {
  if (node.dataset.drawn && !again) return;
  const mine = (node.dataset.drawn = `coming ${++calls}`);
  try {
    const page = await paper.getPage(Number(node.dataset.page));
    const plain = page.getViewport({ scale: 1 });
    node.style.aspectRatio = `${plain.width} / ${plain.height}`;
    const fit = node.clientWidth / plain.width;
    const sharp = Math.min(devicePixelRatio || 1, Math.sqrt(LARGEST / (plain.width * plain.height)) / fit);
    const viewport = page.getViewport({ scale: fit * sharp });
    const canvas = make("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height) });
    canvas.setAttribute("aria-hidden", "true"); // the text over it is what a screen reader reads
    await page.render({ canvas, viewport }).promise;
    const text = make("div", { className: "leaf-text" });
    text.style.setProperty("--total-scale-factor", String(fit));
    await new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport: page.getViewport({ scale: fit }) }).render();
    if (node.dataset.drawn !== mine) return;
    node.replaceChildren(canvas, text);
    node.dataset.drawn = "done";
  } catch {
    if (!node.isConnected || node.dataset.drawn !== mine) return;
    node.dataset.drawn = "failed";
    node.replaceChildren(make("p", { className: "mute" }, say("pdfBadPage")));
  }
}

/** Pages far from the window give their memory back. */
function clear(node) {
  if (!node.dataset.drawn) return;
  delete node.dataset.drawn;
  node.replaceChildren();
}
