/* The few sentences scripts say, translated by the server into <script id="words">. */
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** The word for `key`; `{n}` is replaced by `value`. */
export const say = (key, value = "") => (words[key] || key).replace("{n}", value);
