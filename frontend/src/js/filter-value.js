/* The value at the end of a filter line: one small editor for each shape a value may have. */

const MANY = ["in", "not_in", "has", "has_all"];

/** Which editor a line needs, from the field's kind and the comparison. */
export function shape({ field, operator: { value: operator } }) {
  const several = MANY.includes(operator);
  const dated = ["date", "datetime-local"].includes(field.control);
  if (operator === "empty" || operator === "not_empty") return "none";
  if (operator === "between") return dated ? "dates" : "range";
  if (field.options) return several ? "choices" : "choice";
  if (field.pick) return several ? "picks" : "pick";
  if (dated) return "day";
  if (several) return "words";
  return field.control === "number" ? "number" : "text";
}

/** Build the editor for `line`; it writes line.value and calls `changed`. */
export function editor(line, labels, changed, tools) {
  return EDITORS[shape(line)]({ line, labels, tools, choices: line.field.options || [], set: (value) => { line.value = value; changed(); } });
}

function plain(type, read = (value) => value, extra = {}) {
  return ({ line, set, tools: { make, say } }) => {
    const input = make("input", { type, value: line.value ?? "", "aria-label": say("value"), ...extra });
    input.oninput = () => set(read(input.value));
    return input;
  };
}

/** Numbers stay text: a condition must not round what was typed. */
const figure = (value) => value.trim();

function pair(type) {
  return ({ line, set, tools: { make, say } }) => {
    const value = Array.isArray(line.value) ? [...line.value] : ["", ""];
    const ends = [0, 1].map((at) => {
      const input = make("input", { type, value: value[at] ?? "", "aria-label": say("value") });
      input.oninput = () => { value[at] = input.value; set(value.every((each) => each !== "") ? [...value] : undefined); };
      return input;
    });
    return make("div", { className: "range" }, ends[0], say("to"), ends[1]);
  };
}

/** A period word (today, this month, 30 days ago) or a day of the calendar. */
function day({ line, set, tools: { make, say } }) {
  const periods = line.field.periods || [];
  const word = periods.some(({ value }) => value === line.value);
  const date = make("input", { type: "date", "aria-label": say("value"), value: word ? "" : line.value || "", hidden: word || !line.value && periods.length > 0 });
  const choice = make("select", { "aria-label": say("value") }, make("option", { value: "" }, "—"), ...periods.map(({ value, label }) => make("option", { value }, label)), make("option", { value: "day" }, say("day")));
  choice.value = word ? line.value : line.value ? "day" : "";
  choice.onchange = () => { date.hidden = choice.value !== "day"; set(choice.value === "day" ? date.value || undefined : choice.value || undefined); };
  date.onchange = () => set(date.value || undefined);
  return make("div", { className: "range" }, choice, date);
}

function one({ line, set, choices, tools: { make, say } }) {
  const input = make("select", { "aria-label": say("value") }, make("option", { value: "" }, "—"), ...choices.map(({ value, label }) => make("option", { value: String(value) }, label)));
  input.value = line.value === undefined || line.value === null ? "" : String(line.value);
  input.onchange = () => set(choices.find(({ value }) => String(value) === input.value)?.value);
  return input;
}

function many({ line, set, choices, tools: { make, say } }) {
  const chosen = new Set(Array.isArray(line.value) ? line.value.map(String) : []);
  const list = make("div", { className: "fb-many" }, ...choices.map(({ value, label }) => {
    const box = make("input", { type: "checkbox", checked: chosen.has(String(value)) });
    box.onchange = () => {
      chosen[box.checked ? "add" : "delete"](String(value));
      set(choices.map((each) => each.value).filter((each) => chosen.has(String(each))));
    };
    return make("label", { className: "check" }, box, label);
  }));
  if (choices.length <= 12) return list;
  const search = make("input", { type: "search", placeholder: say("searchHere"), "aria-label": say("searchHere") });
  search.oninput = () => list.querySelectorAll("label").forEach((label) => { label.hidden = !label.textContent.toLowerCase().includes(search.value.trim().toLowerCase()); });
  return make("div", {}, search, list);
}

/** Several texts in one field, parted by commas or lines. */
function words({ line, set, tools: { make, say } }) {
  const input = make("input", { type: "text", value: (line.value || []).join("、"), placeholder: say("manyWords"), "aria-label": say("value") });
  input.oninput = () => set(input.value.split(/[,,、;;\n]/).map((each) => each.trim()).filter(Boolean));
  return input;
}

/** Picked records: sent by id, shown by the words that `labels` keeps for them. */
function picked(several) {
  return ({ line, labels, set, tools }) => {
    const { make, icon, say } = tools;
    const known = (labels[line.field.key] ||= {});
    const box = make("span", { className: "pick many" });
    const input = make("input", { type: "text", placeholder: " ", autocomplete: "off", "aria-label": say("value") });
    input.dataset.picker = line.field.pick;
    const tag = (id) => make("span", { className: "tag b" }, known[id] || String(id), make("input", { type: "hidden", value: id }), make("button", { type: "button", className: "x", "data-drop-tag": "", "aria-label": say("remove") }, icon("x")));
    box.append(...[line.value ?? []].flat().map(tag), input);
    const read = () => {
      const tags = [...box.querySelectorAll(".tag")];
      if (!several) tags.slice(0, -1).forEach((each) => each.remove());
      const ids = [...box.querySelectorAll("input[type=hidden]")].map((each) => (/^\d+$/.test(each.value) ? Number(each.value) : each.value));
      tags.forEach((each) => { known[each.querySelector("input").value] = each.firstChild.textContent; });
      set(several ? ids : ids[0]);
    };
    new MutationObserver(read).observe(box, { childList: true });
    return box;
  };
}

const EDITORS = {
  none: ({ tools: { make } }) => make("span", {}),
  text: plain("text"),
  number: plain("text", figure, { inputMode: "decimal" }),
  range: pair("text"),
  dates: pair("date"),
  day,
  choice: one,
  choices: many,
  words,
  pick: picked(false),
  picks: picked(true),
};
