/* A column of a board as a window on its cards: the next ones come as one scrolls, and those far away leave the document
   until one comes back to them, so that ten thousand cards cost no more than a few screens of them. */

/** Cards further away than so many heights of the column are taken out. */
const REACH = 2;
const WHY = { 0: "offline", 401: "expired" };

export class Lane {
  constructor(list, { make, toast, say }) {
    Object.assign(this, { list, toast, say, loading: false });
    this.above = make("div", { className: "gap", "aria-hidden": "true" });
    this.below = make("div", { className: "gap", "aria-hidden": "true" });
    list.prepend(this.above);
    list.append(this.below);
    this.pages = [];
    this.seen = new Set();
    this.take(list);
    list.addEventListener("scroll", () => { this.asked ||= requestAnimationFrame(() => { this.asked = 0; this.settle(); }); }, { passive: true });
  }

  /** Put the cards of `source` at the end, and the button behind them for what follows. */
  take(source) {
    const more = source.querySelector("[data-more]");
    const cards = [...source.querySelectorAll(".deal")].filter(({ dataset }) => !this.seen.has(dataset.id) && this.seen.add(dataset.id));
    if (source !== this.list) this.below.before(...cards);
    this.pages.push({ cards, height: 0, shown: true });
    this.button?.remove();
    this.button = more;
    if (!more) return;
    this.below.after(more);
    more.onclick = () => this.load();
    this.watch?.disconnect();
    this.watch = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && this.load(), { root: this.list, rootMargin: "400px 0px" });
    this.watch.observe(more);
  }

  async load() {
    if (this.loading || !this.button) return;
    this.loading = true;
    this.button.setAttribute("aria-busy", "true");
    const answer = await fetch(this.button.dataset.more, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
    this.loading = false;
    this.button.removeAttribute("aria-busy");
    if (!answer?.ok) return this.toast(this.say(WHY[answer?.status || 0] || "failed"), "", "error"); // the button stays for later
    const parsed = document.createElement("template");
    parsed.innerHTML = await answer.text();
    this.take(parsed.content);
    this.settle();
  }

  /** Show the pages of cards that are near, take out the others, and keep their room. */
  settle() {
    const { scrollTop, clientHeight } = this.list;
    const reach = clientHeight * REACH;
    for (const page of this.pages) if (page.shown) this.measure(page);
    let top = 0, above = 0, below = 0, begun = false;
    for (const page of this.pages) {
      const near = top + page.height >= scrollTop - reach && top <= scrollTop + clientHeight + reach;
      top += page.height;
      if (near) { begun = true; this.show(page); continue; }
      if (!this.hide(page)) continue;
      if (begun) below += page.height; else above += page.height;
    }
    this.above.style.height = `${above}px`;
    this.below.style.height = `${below}px`;
  }

  measure(page) {
    page.cards = page.cards.filter((card) => card.parentNode === this.list);
    const [first, last] = [page.cards[0], page.cards.at(-1)];
    page.height = first ? last.getBoundingClientRect().bottom - first.getBoundingClientRect().top + 8 : 0;
  }

  /** False for a page that somebody is at: it stays. */
  hide(page) {
    if (page.shown && page.cards.some((card) => card.matches(".sortable-chosen, .held") || card.contains(document.activeElement))) return false;
    if (page.shown) page.cards.forEach((card) => card.remove());
    page.shown = false;
    return true;
  }

  show(page) {
    if (page.shown) return;
    const later = this.pages.slice(this.pages.indexOf(page) + 1).find((other) => other.shown && other.cards.length);
    (later ? later.cards[0] : this.below).before(...page.cards);
    page.shown = true;
  }
}
