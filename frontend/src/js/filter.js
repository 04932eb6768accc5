/* The filter builder: groups of lines, each a field, a comparison and a value, kept as the condition tree the server reads. */
import { editor, shape } from "./filter-value.js";

/** The state of one builder: what may be asked, the words of picked records, and the tree as it stands on the screen. */
class Builder {
  constructor(element, tools) {
    this.element = element;
    this.tools = tools;
    const told = JSON.parse(element.dataset.fields || element.querySelector("script[type='application/json']").textContent);
    this.fields = Array.isArray(told) ? told : told.fields;
    this.labels = JSON.parse(element.dataset.labels || "{}");
    const where = JSON.parse(element.dataset.where || "null");
    this.root = this.group(isGroup(where) ? where : ["and", ...(where ? [where] : [])]);
    if (!this.root.items.length) this.root.items.push(this.line());
    this.draw();
  }

  group([join, ...parts]) {
    return { join, items: parts.map((part) => (isGroup(part) ? this.group(part) : this.line(part))) };
  }

  /** One comparison; what this builder cannot draw (a `not`, a field of another record) is kept as it came. */
  line(part = []) {
    const [key, operator, value] = part;
    const field = this.fields.find((each) => each.key === key);
    const known = field?.operators.find((each) => each.value === operator);
    if (part.length && !known) return { raw: part };
    const chosen = field || this.fields[0];
    return { field: chosen, operator: known || chosen.operators[0], value };
  }

  draw() {
    const { make, say, icon } = this.tools;
    const apply = make("button", { type: "button", className: "btnp", onclick: () => this.apply() }, icon("check"), say("apply"));
    const clear = make("button", { type: "button", className: "btnt grey", onclick: () => this.clear() }, say("clearAll"));
    const foot = make("div", { className: "fb-foot" }, make("span", { className: "sp" }), clear, apply);
    const script = this.element.querySelector("script");
    this.element.replaceChildren(...(script ? [script] : []), this.drawGroup(this.root, null));
    if (!this.element.dataset.into) this.element.append(foot);
    this.element.onkeydown = (event) => {
      if (event.key === "Enter" && !event.defaultPrevented && event.target.matches("input")) { event.preventDefault(); this.apply(); }
    };
    this.changed();
  }

  drawGroup(group, parent) {
    const { make, say } = this.tools;
    const toggle = make("div", { className: "seg", role: "group", "aria-label": say("match") }, ...["and", "or"].map((join) => make("button", { type: "button", "aria-pressed": String(group.join === join), onclick: () => { group.join = join; this.draw(); } }, say(join))));
    const head = make("div", { className: "fb-head" }, toggle, make("span", { className: "sp" }), this.adder("addCondition", () => group.items.push(this.line())));
    if (depth(this.root, group) < 3) head.append(this.adder("addGroup", () => group.items.push({ join: group.join === "and" ? "or" : "and", items: [this.line()] })));
    if (parent) head.append(this.remover(group, parent));
    return make("div", { className: "fb-group" }, head, ...group.items.map((item) => (item.items ? this.drawGroup(item, group) : this.drawLine(item, group))));
  }

  adder(word, act) {
    const { make, say, icon } = this.tools;
    return make("button", { type: "button", className: "btnt sm", onclick: () => { act(); this.draw(); } }, icon("plus"), say(word));
  }

  remover(item, parent) {
    const { make, say, icon } = this.tools;
    return make("button", { type: "button", className: "ic s", "aria-label": say("remove"), onclick: () => { parent.items.splice(parent.items.indexOf(item), 1); this.draw(); } }, icon("x"));
  }

  drawLine(line, group) {
    const { make, say } = this.tools;
    if (line.raw) return make("div", { className: "fb-line raw" }, make("code", {}, this.labels[JSON.stringify(line.raw)] || JSON.stringify(line.raw)), this.remover(line, group));
    const field = select(make, say("chooseField"), grouped(make, this.fields), line.field.key, (key) => {
      line.field = this.fields.find((each) => each.key === key);
      line.operator = line.field.operators[0];
      line.value = undefined;
      this.draw();
    });
    const operator = select(make, say("operator"), line.field.operators.map((each) => option(make, each.value, each.label)), line.operator.value, (value) => {
      const before = shape(line);
      line.operator = line.field.operators.find((each) => each.value === value);
      if (shape(line) !== before) line.value = undefined;
      this.draw();
    });
    const value = editor(line, this.labels, () => this.changed(), this.tools);
    return make("div", { className: "fb-line" }, field, operator, value, this.remover(line, group));
  }

  /** The condition tree, lines without a value left out; null when nothing is asked. */
  tree(group = this.root) {
    const parts = group.items.map((item) => (item.items ? this.tree(item) : written(item))).filter(Boolean);
    return parts.length ? [group.join, ...parts] : null;
  }

  changed() {
    const into = this.element.dataset.into && document.querySelector(this.element.dataset.into);
    if (!into) return;
    into.value = JSON.stringify(this.tree()) === "null" ? "" : JSON.stringify(this.tree());
    into.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() { this.root = { join: "and", items: [] }; this.apply(); }

  apply() {
    if (this.element.dataset.into) return;
    const url = new URL(this.element.dataset.go || location.href, location.href);
    const tree = this.tree();
    for (const gone of ["open", "after", "before", "cursor", "page"]) url.searchParams.delete(gone);
    if (tree) url.searchParams.set("where", JSON.stringify(tree));
    else url.searchParams.delete("where");
    location.assign(url);
  }
}

const isGroup = (part) => Array.isArray(part) && (part[0] === "and" || part[0] === "or") && part.slice(1).every(Array.isArray);
const blank = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && (!value.length || value.every(blank)));

function written({ raw, field, operator, value }) {
  if (raw) return raw;
  if (shape({ field, operator }) === "none") return [field.key, operator.value];
  return blank(value) ? null : [field.key, operator.value, value];
}

function depth(root, wanted, at = 1) {
  if (root === wanted) return at; // how deep a group stands, so that three are enough
  return Math.max(0, ...root.items.filter((item) => item.items).map((item) => depth(item, wanted, at + 1)));
}

const option = (make, value, label) => make("option", { value }, label);

/** Options, under headings where fields name their group (those of a linked record). */
function grouped(make, fields) {
  const heads = [...new Set(fields.map((field) => field.group || ""))];
  return heads.flatMap((head) => {
    const options = fields.filter((field) => (field.group || "") === head).map((field) => option(make, field.key, field.label));
    return head && heads.length > 1 ? [make("optgroup", { label: head }, ...options)] : options;
  });
}

function select(make, label, options, value, changed) {
  const element = make("select", { "aria-label": label }, ...options);
  element.value = value;
  element.onchange = () => changed(element.value);
  return element;
}

export const start = (element, tools) => new Builder(element, tools);
