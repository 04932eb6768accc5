/* The three questions every module asks of the document. */

/** Listen once on the document for `type` on anything matching `selector`, now or later. */
export function on(type, selector, act, capture = false) {
  document.addEventListener(type, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) act(event, found);
  }, capture);
}

/** An element from a tag name, properties and children; text is always text, never markup. */
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key in element && key !== "list" && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** The same <svg><use> the templates write; the sprite's address is read from the page. */
export function icon(name) {
  const sprite = document.querySelector("svg.i use")?.getAttribute("href")?.split("#")[0] || "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstChild.setAttribute("href", `${sprite}#${name}`);
  return svg;
}

/** Is the person writing something, so that a letter is a letter and not a command? */
export const typing = (target) => target instanceof Element && Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]"));

/** Wait until `ms` have passed without another call. */
export function calm(act, ms) {
  let timer;
  return (...args) => { clearTimeout(timer); timer = setTimeout(() => act(...args), ms); };
}
