/* Light, dark or as the system has it: shown at once, told to the server quietly. */
import { on } from "./dom.js";
import { post } from "./post.js";

export function listen() {
  on("click", "[data-set-theme]", (_, button) => {
    const theme = button.dataset.setTheme;
    document.documentElement.dataset.theme = theme;
    document.querySelectorAll("[data-set-theme]").forEach((each) => each.setAttribute("aria-pressed", each.dataset.setTheme === theme));
    post("/settings/theme/", { theme }, { quiet: true });
  });
}
