/* A text that was filled from a record: as it is changed it is counted, and goes by mail, as a message or into a follow-up. */

const ALONE = 70; // characters of a text message that goes as one
const PART = 67; // and of each part of a longer one

const encoded = (text) => encodeURIComponent(text.replace(/\r?\n/g, "\r\n"));

export function start(box, { post }) {
  const body = box.querySelector("[data-body]");
  const subject = box.querySelector("[data-subject]");
  const mail = box.querySelector("[data-mail]");
  const told = box.querySelector("[data-parts]");

  function renew() {
    const to = mail?.selectedOptions[0]?.dataset.address;
    if (to) box.querySelector("[data-mailto]").href = `mailto:${encodeURIComponent(to).replaceAll("%40", "@")}?subject=${encodeURIComponent(subject?.value || "")}&body=${encoded(body.value)}`;
    if (!told) return;
    const units = body.value.length;
    const parts = units <= ALONE ? Math.min(units, 1) : Math.ceil(units / PART);
    told.textContent = told.dataset.parts.replace("{n}", units).replace("{parts}", parts);
  }

  /** The whole number is asked for, which is on record, and the message begun. */
  async function message() {
    const { ok, data } = await post(box.querySelector("[data-phone]").value);
    if (ok && data?.number) location.assign(`sms:${data.number.replace(/[^\d+]/g, "")}?&body=${encodeURIComponent(body.value)}`);
  }

  /** Into the composer of the record behind the dialogue, below what stands there already. */
  function tell(button) {
    const place = document.querySelector("#drawer #stream textarea[name=text]") || document.querySelector("#stream textarea[name=text]");
    if (!place) return;
    const text = body.value;
    document.getElementById("modal").close();
    document.querySelector(".rectabs [data-rec=r]")?.click();
    const modes = [...place.closest("form").querySelectorAll("input[name=mode]")];
    (modes.find((mode) => mode.value === button.dataset.tell) || modes[0]).checked = true;
    place.setRangeText(`${place.value && !place.value.endsWith("\n") ? "\n" : ""}${text}`, place.value.length, place.value.length, "end");
    place.dispatchEvent(new Event("input", { bubbles: true }));
    place.focus();
  }

  box.addEventListener("input", renew);
  box.addEventListener("change", renew);
  box.querySelector("[data-sms]")?.addEventListener("click", message);
  box.querySelector("[data-tell]")?.addEventListener("click", ({ currentTarget }) => tell(currentTarget));
}
