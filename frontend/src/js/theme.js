/* Light, dark or as the system has it, and how much stands on a screen: shown at once, told to the server quietly. */
import { on } from "./dom.js";
import { post } from "./post.js";

function setting(word) {
  const camel = `set${word[0].toUpperCase()}${word.slice(1)}`;
  on("click", `[data-set-${word}]`, (_, button) => {
    const value = button.dataset[camel];
    document.documentElement.dataset[word] = value;
    document.querySelectorAll(`[data-set-${word}]`).forEach((each) => each.setAttribute("aria-pressed", each.dataset[camel] === value));
    post(`/settings/${word}/`, { [word]: value }, { quiet: true });
  });
}

export function listen() {
  setting("theme");
  setting("density");
}
