/* A button that puts into the line beside it where the device is. Asked for by a press only, and nothing stops working without. */
import { on } from "./dom.js";
import { toast } from "./toast.js";

function locate(button) {
  const line = button.parentElement.querySelector("input");
  button.disabled = true;
  const done = () => { button.disabled = false; };
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    line.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)} (±${Math.round(coords.accuracy)} m)`;
    done();
  }, () => { done(); toast(button.dataset.failed, "", "info"); }, { timeout: 8000, maximumAge: 60000 });
}

/** Show the button where the browser could answer it. */
export function arm(root) {
  if (!navigator.geolocation || !window.isSecureContext) return;
  for (const button of root.querySelectorAll("[data-locate]")) button.hidden = false;
}

export function listen() {
  on("click", "[data-locate]", (event, button) => locate(button));
}
