/* Layers of the drawer: what a related record covers stays as it was, with what is typed in it and where it was scrolled.
   Only the layer on top bears ids, so that whatever is looked for by its id is found there. */

const frame = () => document.getElementById("drawer-frame");
export const top = () => document.getElementById("drawer");

/** Lay an empty layer over the one that is shown; returns what is needed to come back to it. */
export function cover() {
  const node = top();
  const scrolled = [node, ...node.querySelectorAll("*")].filter((each) => each.scrollTop || each.scrollLeft).map((each) => [each, each.scrollTop, each.scrollLeft]);
  const kept = { node, scrolled, focus: node.contains(document.activeElement) ? document.activeElement : null };
  node.classList.add("layer");
  node.hidden = true;
  unname(node);
  const fresh = document.createElement("div");
  fresh.id = "drawer";
  frame().append(fresh);
  return kept;
}

/** Take the top layer off and show again what it covered. */
export function uncover({ node, scrolled, focus }) {
  top().remove();
  node.hidden = false;
  node.classList.remove("layer");
  for (const each of [node, ...node.querySelectorAll("[data-laid-id]")]) { each.id = each.dataset.laidId; delete each.dataset.laidId; }
  for (const [each, y, x] of scrolled) { each.scrollTop = y; each.scrollLeft = x; }
  (focus?.isConnected ? focus : frame()).focus({ preventScroll: true });
}

/** Covered parts also read themselves anew after a change; what comes into them bears no id either. */
export function arm(root) {
  if (root.closest(".layer")) unname(root);
}

function unname(root) {
  for (const each of [root, ...root.querySelectorAll("[id]")]) {
    if (!each.id) continue;
    each.dataset.laidId = each.id;
    each.removeAttribute("id");
  }
}
