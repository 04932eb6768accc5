/* How large the leaves of a PDF stand: by the buttons below them or by keys, in steps or as wide as the window. */

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const POINT = 96 / 72; // pixels of the screen for a point of the paper

/** `width` is that of the first leaf in points, `redraw` draws what is seen anew. Gives what ends it. */
export function arm(box, width, redraw) {
  const viewer = box.closest(".viewer");
  const bar = viewer.parentElement.querySelector("[data-zoombar]");
  const buttons = [...bar.querySelectorAll("[data-zoom]")];
  const now = () => box.firstElementChild.clientWidth / (width * POINT);
  const next = { in: () => STEPS.find((step) => step > now() + 0.01), out: () => STEPS.findLast((step) => step < now() - 0.01), fit: () => "fit" };

  /** The figure, and which buttons still lead further. */
  function dress() {
    if (!box.firstElementChild) return;
    bar.querySelector("output").value = `${Math.round(now() * 100)}%`;
    for (const button of buttons) button.disabled = !next[button.dataset.zoom]();
  }

  /** What stood in the middle stays in the middle. */
  function set(size) {
    const across = (viewer.scrollLeft + viewer.clientWidth / 2) / viewer.scrollWidth;
    const down = (viewer.scrollTop + viewer.clientHeight / 2) / viewer.scrollHeight;
    box.style.setProperty("--leaf", size === "fit" ? "100%" : `${Math.round(size * width * POINT)}px`);
    viewer.scrollTo(across * viewer.scrollWidth - viewer.clientWidth / 2, down * viewer.scrollHeight - viewer.clientHeight / 2);
    dress();
    redraw();
  }

  const sized = new ResizeObserver(dress);
  sized.observe(viewer);
  buttons.forEach((button) => { button.onclick = () => set(next[button.dataset.zoom]()); });
  bar.hidden = false;
  dress();
  return () => sized.disconnect();
}
