/* Carrying a card to another place, on a board or a calendar: by hand or by keys, saved at once, put back when refused. */

/** Where a card stands, so that it can return. */
export const place = (card) => ({ parent: card.parentNode, next: card.nextElementSibling });

function back(card, { parent, next }) {
  parent.insertBefore(card, next?.parentNode === parent ? next : null);
  card.classList.add("back");
  setTimeout(() => card.classList.remove("back"), 400);
}

/** Save that `card` now stands in `to`; resolves to the answer's data, or null when the card went back to `home`. */
export async function save(root, card, home, to, { post, htmx, toast }) {
  const before = card.nextElementSibling?.dataset.id || "";
  const { ok, data } = await post(root.dataset.moveUrl, { id: card.dataset.id, to, version: card.dataset.version || "", before });
  if (ok && !data?.ask && !data?.waits) {
    if (data?.version !== undefined) card.dataset.version = data.version;
    return data || {};
  }
  back(card, home);
  if (data?.ask) htmx.ajax("GET", data.ask, { target: "#modal" });
  else if (ok === false && data?.message === "") toast("", "", "error");
  return null;
}

/** Arrows walk from card to card; m takes one up, arrows carry it, Enter puts it down, Esc puts it back; Alt and an arrow do it in one.
    `spots()` are the places in order, `list(spot)` holds its cards, `name(spot)` is read out, `step(key)` says how many places an arrow goes. */
export function byKeys(root, { card, spots, list, name, step, drop, say }) {
  const live = root.querySelector("[data-live]");
  const tell = (key, word) => { if (live) live.textContent = say(key, word); };
  const spotOf = (one) => spots().find((spot) => spot.contains(one));
  const beside = (one, key) => { const all = spots(), by = step(key); return by ? all[all.indexOf(spotOf(one)) + by] : null; };
  let held = null;

  function put(one, spot) {
    list(spot).prepend(one);
    one.focus({ preventScroll: true });
    one.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function release(saved) {
    const { one, home } = held;
    held = null;
    one.classList.remove("held");
    const spot = spotOf(one), moved = one.parentNode !== home.parent;
    if (saved && moved) drop(one, home, spot);
    if (!saved && moved) { home.parent.insertBefore(one, home.next?.parentNode === home.parent ? home.next : null); }
    one.focus({ preventScroll: true });
    tell(saved && moved ? "putDown" : "putBack", name(spotOf(one)));
  }
  function carried(one, event) {
    if (event.key === "Escape") return release(false);
    if (event.key === "Enter" || event.key === "m" || event.key === " ") return release(true);
    const spot = beside(one, event.key);
    if (spot) { put(one, spot); tell("over", name(spot)); }
  }
  function walk(one, key) {
    const all = [...root.querySelectorAll(card)], mine = [...list(spotOf(one)).querySelectorAll(card)];
    let next = all[all.indexOf(one) + (key === "ArrowDown" ? 1 : -1)];
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const places = spots(), by = key === "ArrowRight" ? 1 : -1;
      let at = places.indexOf(spotOf(one)) + by;
      while (places[at] && !list(places[at]).querySelector(card)) at += by;
      const there = places[at] ? [...list(places[at]).querySelectorAll(card)] : [];
      next = there[Math.min(mine.indexOf(one), there.length - 1)];
    }
    next?.focus();
  }

  root.addEventListener("keydown", (event) => {
    const one = event.target.closest(card);
    if (!one || event.ctrlKey || event.metaKey || event.isComposing) return;
    const arrow = event.key.startsWith("Arrow"), may = Boolean(root.dataset.moveUrl);
    if (held) { event.preventDefault(); event.stopPropagation(); return carried(one, event); }
    if (arrow && event.altKey) {
      event.preventDefault();
      const spot = may && beside(one, event.key), home = place(one);
      if (spot) { put(one, spot); tell("over", name(spot)); drop(one, home, spot); }
    } else if (arrow && !event.shiftKey) { event.preventDefault(); walk(one, event.key); }
    else if (event.key === "m" && may && !event.altKey) {
      event.preventDefault();
      held = { one, home: place(one) };
      one.classList.add("held");
      tell("takenUp", one.querySelector("a")?.textContent || "");
    }
  });
  root.addEventListener("focusout", ({ target }) => { if (held?.one === target) setTimeout(() => { if (held && !held.one.contains(document.activeElement)) release(false); }); });
}
