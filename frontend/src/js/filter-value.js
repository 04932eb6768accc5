/* The value at the end of a filter line: one small editor for each shape of value the server names. */

/** Build the editor for `line`; it writes line.value and calls `changed`. */
export function editor(line, labels, changed, tools) {
  const shape = line.operator.value;
  const build = EDITORS[shape] || EDITORS.text;
  return build({ line, labels, tools, choices: line.field.choices || [], set: (value) => { line.value = value; changed(); } });
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

function one(list) {
  return ({ line, set, choices, tools: { make, say } }) => {
    const options = list === "periods" ? line.field.periods || [] : choices;
    const input = make("select", { "aria-label": say("value") }, make("option", { value: "" }, "—"), ...options.map(([value, label]) => make("option", { value: String(value) }, label)));
    input.value = line.value === undefined ? "" : String(line.value);
    input.onchange = () => set(options.find(([value]) => String(value) === input.value)?.[0]);
    return input;
  };
}

function many({ line, set, choices, tools: { make } }) {
  const chosen = new Set(Array.isArray(line.value) ? line.value.map(String) : []);
  return make("div", { className: "fb-many" }, ...choices.map(([value, label]) => {
    const box = make("input", { type: "checkbox", checked: chosen.has(String(value)) });
    box.onchange = () => {
      chosen[box.checked ? "add" : "delete"](String(value));
      set(choices.map(([each]) => each).filter((each) => chosen.has(String(each))));
    };
    return make("label", { className: "check" }, box, label);
  }));
}

/** A picked record; `choices` beside it are words like "me", offered as buttons. */
function picked(several) {
  return ({ line, labels, set, choices, tools }) => {
    const { make, icon, say } = tools;
    const words = { ...Object.fromEntries(choices.map(([value, label]) => [value, label])), ...labels[line.field.key] };
    const box = make("span", { className: "pick many" });
    box.dataset.name = "";
    const input = make("input", { type: "text", placeholder: " ", autocomplete: "off", "aria-label": say("value") });
    input.dataset.picker = line.field.pick;
    const tag = (id) => make("span", { className: "tag b" }, words[id] || String(id), make("input", { type: "hidden", value: id }), make("button", { type: "button", className: "x", "data-drop-tag": "", "aria-label": say("remove") }, icon("x")));
    const start = several ? line.value || [] : line.value === undefined ? [] : [line.value];
    box.append(...start.map(tag), input);
    const read = () => {
      const tags = [...box.querySelectorAll(".tag")];
      if (!several) tags.slice(0, -1).forEach((each) => each.remove());
      const ids = [...box.querySelectorAll("input[type=hidden]")].map((each) => (/^\d+$/.test(each.value) ? Number(each.value) : each.value));
      (labels[line.field.key] ||= {});
      box.querySelectorAll(".tag").forEach((each) => { labels[line.field.key][each.querySelector("input").value] = each.firstChild.textContent; });
      set(several ? ids : ids[0]);
    };
    new MutationObserver(read).observe(box, { childList: true });
    const words0 = choices.map(([id, label]) => make("button", { type: "button", className: "btnt sm", onclick: () => { if (![...box.querySelectorAll("input[type=hidden]")].some((each) => each.value === String(id))) input.before(tag(id)); } }, label));
    return make("div", {}, box, ...words0);
  };
}

const EDITORS = {
  none: ({ tools: { make } }) => make("span", {}),
  text: plain("text"),
  number: plain("text", figure, { inputMode: "decimal" }),
  integer: plain("number", (value) => (value === "" ? undefined : Number(value))),
  days: plain("number", (value) => (value === "" ? undefined : Number(value)), { min: 0 }),
  date: plain("date"),
  datetime: plain("datetime-local"),
  range: pair("text"),
  dates: pair("date"),
  choice: one("choices"),
  period: one("periods"),
  choices: many,
  pick: picked(false),
  picks: picked(true),
};
