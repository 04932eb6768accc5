/* Dropping and pasting files into a labelled area; the names show before anything is sent. */
import { on } from "./dom.js";

const input = (zone) => zone.querySelector("input[type=file]");

function tell(zone) {
  const names = zone.querySelector(".names");
  if (names) names.textContent = [...input(zone).files].map((file) => file.name).join("、");
  if ("dropSend" in zone.dataset && input(zone).files.length) zone.closest("form").requestSubmit();
}

function take(zone, files) {
  if (!files.length) return;
  const kept = new DataTransfer();
  for (const file of input(zone).multiple ? files : [files[0]]) kept.items.add(file);
  input(zone).files = kept.files;
  input(zone).dispatchEvent(new Event("change", { bubbles: true }));
}

export function listen() {
  on("change", "[data-drop]", (_, zone) => tell(zone));
  for (const type of ["dragenter", "dragover"]) on(type, "[data-drop]", (event, zone) => { event.preventDefault(); zone.classList.add("over"); });
  for (const type of ["dragleave", "drop"]) on(type, "[data-drop]", (_, zone) => zone.classList.remove("over"));
  on("drop", "[data-drop]", (event, zone) => { event.preventDefault(); take(zone, event.dataTransfer.files); });
  document.addEventListener("paste", (event) => {
    const zone = event.target.closest?.("form")?.querySelector("[data-drop]");
    if (zone && event.clipboardData.files.length) { event.preventDefault(); take(zone, event.clipboardData.files); }
  });
}
