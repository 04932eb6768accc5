/* Fields that are asked for, or must be filled in, only where others say so. The form carries the rules (`data-rules`); the server
   judges by the same ones. A field that is not asked for is not sent, so it keeps what it holds. */

const folded = (text) => String(text).normalize("NFKC").toLowerCase();
const number = (text) => { const plain = folded(text).replace(/[,%¥\s]/g, ""); return plain === "" ? null : Number(plain); };

/** What stands in the controls of a field: every ticked box and every filled line. A hidden twin of a box or a star counts for nothing beside it. */
function held(form, key) {
  const controls = [...form.querySelectorAll(`[name="${CSS.escape(key)}"]`)];
  const plain = controls.filter((each) => !(each.type === "hidden" && controls.length > 1 && !each.closest(".tag")));
  const box = plain.length === 1 && plain[0].type === "checkbox" && plain[0].classList.contains("switch");
  if (box) return [plain[0].checked ? "1" : "0"];
  return plain.filter((each) => !["checkbox", "radio"].includes(each.type) || each.checked).map((each) => each.value.trim()).filter((value) => value !== "");
}

function compare(form, value, args, few) {
  switch (form) {
    case "eq": return few(value) === few(args);
    case "in": return args.some((each) => few(each) === few(value));
    case "folded_in": return args.includes(folded(value));
    case "contains": return folded(value).includes(args);
    case "starts": return folded(value).startsWith(args);
    case "above": return few(value) > few(args);
    case "range": {
      const [low, high, closed] = args;
      return (low === null || few(value) >= few(low)) && (high === null || few(value) < few(high) || (closed === "1" && few(value) === few(high)));
    }
    default: return false;
  }
}

/** One test: [`test`, field, form, operands, negated, whether it compares numbers]. */
function test(form, [, key, shape, args, negated, numeric]) {
  const values = held(form, key);
  const few = numeric ? number : (value) => value;
  let holds;
  if (shape === "blank") holds = values.length === 0;
  else if (shape === "overlap") holds = args.some((each) => values.includes(each));
  else if (shape === "superset") holds = args.every((each) => values.includes(each));
  else holds = values.length > 0 && compare(shape, values[0], args, few);
  return holds !== negated;
}

export function truth(form, node) {
  const [word, ...inner] = node;
  if (word === "test") return test(form, node);
  if (word === "not") return !truth(form, inner[0]);
  if (word === "or") return !inner.length || inner.some((each) => truth(form, each));
  return inner.every((each) => truth(form, each));
}

/** Bring every ruled field of a form in line; one may hide what the next goes by, so look until nothing moves. */
function settle(form) {
  const ruled = [...form.querySelectorAll("[data-rules]")].map((box) => [box, JSON.parse(box.dataset.rules)]);
  for (let round = 0; round < 3; round += 1) {
    for (const [box, { shown, asked }] of ruled) {
      box.hidden = Boolean(shown) && !truth(form, shown);
      for (const control of box.querySelectorAll("input, select, textarea")) control.disabled = box.hidden;
      if (asked) box.classList.toggle("must", truth(form, asked));
    }
  }
}

export function arm(root) {
  for (const form of new Set([...root.querySelectorAll("[data-rules]")].map((box) => box.closest("form")))) if (form) settle(form);
}

export function listen() {
  for (const type of ["input", "change"]) {
    document.addEventListener(type, ({ target }) => {
      const form = target.form;
      if (form?.querySelector("[data-rules]")) settle(form);
    });
  }
}
