/* How a finger carries a card of a board: it rests on it, takes it up, and pulls the board along where it comes to the rim.
   Who moves at once scrolls, who lifts at once opens; who rests and lifts again has changed his mind, and nothing happens. */

const HOLD = 180; // milliseconds of rest that take a card up
const MEANT = 500; // milliseconds after which lifting the finger is no tap any more
const AFTER = 100; // milliseconds within which the click of a lifted finger comes
const EDGE = 48; // pixels from the rim where a carried card pulls what lies beyond it

/** What Sortable needs to know; the browser's own dragging knows no finger. */
export const options = { delay: HOLD, delayOnTouchOnly: true, scroll: true, bubbleScroll: true, scrollSensitivity: EDGE, forceFallback: navigator.maxTouchPoints > 0, fallbackTolerance: 4 };

/** Gives what Sortable is to call when a card is taken up and put down. */
export function watch(board) {
  let taken = 0, lifted = -AFTER;
  // The link's own menu would end the carrying.
  board.addEventListener("contextmenu", (event) => { if (board.matches(".carrying") && event.pointerType !== "mouse") event.preventDefault(); });
  board.addEventListener("click", (event) => {
    if (performance.now() - lifted > AFTER) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  return {
    /* The columns stop snapping, or the rim could not pull them by. */
    onChoose: () => { board.classList.add("carrying"); taken = performance.now(); navigator.vibrate?.(10); },
    /* Sortable calls this for a mere tap as well, which took nothing up. */
    onUnchoose: () => {
      board.classList.remove("carrying");
      if (taken && navigator.maxTouchPoints && performance.now() - taken > MEANT - HOLD) lifted = performance.now();
      taken = 0;
    },
  };
}
