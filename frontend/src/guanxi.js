/* Starts the little JavaScript of the house. Each module is one idea; what a template may use is in frontend/README.md. */
import * as ask from "./js/ask.js";
import * as card from "./js/card.js";
import * as depend from "./js/depend.js";
import * as drawer from "./js/drawer.js";
import * as duplicates from "./js/duplicates.js";
import * as files from "./js/files.js";
import * as grid from "./js/grid.js";
import * as guard from "./js/guard.js";
import * as hope from "./js/hope.js";
import * as keys from "./js/keys.js";
import * as layers from "./js/layers.js";
import * as lazy from "./js/lazy.js";
import * as lines from "./js/lines.js";
import * as lists from "./js/lists.js";
import * as locate from "./js/locate.js";
import * as mend from "./js/mend.js";
import * as mention from "./js/mention.js";
import * as menus from "./js/menus.js";
import * as modal from "./js/modal.js";
import * as once from "./js/once.js";
import * as palette from "./js/palette.js";
import * as phrase from "./js/phrase.js";
import * as picker from "./js/picker.js";
import * as rail from "./js/rail.js";
import * as reveal from "./js/reveal.js";
import * as rules from "./js/rules.js";
import * as rows from "./js/rows.js";
import * as selection from "./js/selection.js";
import * as stay from "./js/stay.js";
import * as theme from "./js/theme.js";
import * as toast from "./js/toast.js";
import * as trial from "./js/try.js";
import * as widths from "./js/widths.js";
import { htmx } from "./js/wire.js";

/* Named one by one and not in a loop, so that the bundler leaves out what nobody calls. */
rail.listen();
theme.listen();
menus.listen();
mention.listen();
picker.listen();
phrase.listen();
depend.listen();
palette.listen();
ask.listen();
stay.listen();
guard.listen();
mend.listen();
modal.listen();
selection.listen();
rows.listen();
rules.listen();
lines.listen();
grid.listen();
hope.listen();
keys.listen();
lists.listen();
duplicates.listen();
card.listen();
reveal.listen();
files.listen();
locate.listen();
once.listen();
toast.listen();
trial.listen();

/** Make `root`, just added to the page, alive. */
function arm(root) {
  if (!(root instanceof Element)) return;
  layers.arm(root);
  once.arm(root);
  depend.arm(root);
  lists.arm(root);
  locate.arm(root);
  rules.arm(root);
  widths.arm(root);
  lazy.arm(root);
  selection.fill(root);
}

arm(document.body);
drawer.listen();
document.addEventListener("htmx:load", ({ detail }) => { if (detail.elt !== document.body) arm(detail.elt); });
document.addEventListener("htmx:afterSettle", () => selection.refresh());
window.addEventListener("gx:added", ({ detail }) => { htmx.process(detail); arm(detail); });
