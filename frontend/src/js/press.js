/* On a phone a long press on a card of a list ticks it, and from then on a tap ticks further ones instead of opening them.
   A card of a board has nothing to tick: there a finger that rests takes it up (finger.js). */

const LONG = 500; // milliseconds
const SLIP = 10; // pixels that a resting finger may move
const narrow = matchMedia("(max-width: 640px)");

const AFTER = 400; // milliseconds within which the click of a press comes

/** A tap, and no mouse, key or reading aid: those open a card as ever. */
const touched = (event) => event.detail !== 0 && (event.pointerType || "touch") === "touch" && !(event.ctrlKey || event.metaKey || event.shiftKey);

let timer = 0;
let from = null;
let pressed = false;

const boxOf = (target) => (narrow.matches && target.closest?.("main [data-row]")?.querySelector("[data-select]")) || null;

function down(event, hold) {
  cancel();
  pressed = false;
  const box = event.pointerType === "touch" && !event.target.closest("input, button") && boxOf(event.target);
  if (!box || document.body.matches(".selecting, .picking")) return;
  from = event;
  timer = setTimeout(() => { pressed = true; navigator.vibrate?.(10); hold(box); }, LONG);
}

function cancel() {
  clearTimeout(timer);
  timer = 0;
}

/** `hold(box)` is called when a card has been pressed long enough. */
export function listen(hold) {
  document.addEventListener("pointerdown", (event) => down(event, hold), { passive: true });
  document.addEventListener("pointermove", (event) => { if (timer && Math.hypot(event.x - from.x, event.y - from.y) > SLIP) cancel(); }, { passive: true });
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, () => {
    cancel();
    setTimeout(() => { pressed = false; }, AFTER); // where no click follows, a later one is meant
  }));
  document.addEventListener("contextmenu", (event) => { if (timer || pressed) event.preventDefault(); }); // a link's own menu would cover the card
  document.addEventListener("click", (event) => {
    const box = touched(event) && boxOf(event.target);
    const mine = pressed || (box && document.body.matches(".selecting, .picking"));
    if (!mine || event.target === box || event.target.closest("button")) return;
    event.preventDefault();
    event.stopPropagation();
    if (pressed) { pressed = false; return; }
    box.click();
  }, true);
}
