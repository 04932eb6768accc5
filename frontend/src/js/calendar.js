/* A calendar: records are carried to another day by hand or by keys, and a click on the empty part of a day begins a new one. */
import Sortable from "sortablejs";
import { byKeys, place, save } from "./carry.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

let opened = false;

/** On a phone the days stand below one another: the list opens at today, or at what comes next, unless somebody has scrolled already. */
function toToday(calendar) {
  const first = !opened;
  opened = true;
  if (!first || scrollY > 0 || !matchMedia("(max-width: 640px)").matches) return;
  const days = [...calendar.querySelectorAll(".day:not(.outside)")];
  const today = days.findIndex((day) => day.matches(".today"));
  if (today > 0) days.slice(today).find((day) => day.getClientRects().length)?.scrollIntoView({ block: "start" });
}

export function start(calendar, tools) {
  toToday(calendar);
  const drop = (card, home, day) => save(calendar, card, home, day.dataset.day, tools);
  byKeys(calendar, {
    card: ".date", drop, say: tools.say,
    spots: () => [...calendar.querySelectorAll(".day")],
    list: (day) => day.querySelector(".dates"),
    name: (day) => day.getAttribute("aria-label"),
    step: (key) => STEPS[key] || 0,
  });
  calendar.addEventListener("click", ({ target }) => {
    if (target.matches(".day, .dates, .day > h3")) target.closest(".day").querySelector(".plus")?.click();
  });
  if (!calendar.dataset.moveUrl) return;
  let home = null;
  for (const list of calendar.querySelectorAll(".dates")) {
    Sortable.create(list, {
      group: "dates", draggable: ".date", sort: false, animation: 140, delay: 180, delayOnTouchOnly: true, ghostClass: "ghost", dragClass: "drag", scroll: true,
      onStart: ({ item }) => { home = place(item); },
      onMove: ({ to }) => { calendar.querySelectorAll(".day").forEach((day) => day.classList.toggle("over", day.contains(to) && to !== home.parent)); },
      onEnd: ({ item, from, to }) => {
        calendar.querySelectorAll(".over").forEach((day) => day.classList.remove("over"));
        if (from !== to) drop(item, home, item.closest(".day"));
      },
    });
  }
}
