/* Passkeys: the page asks the server what to ask the device, and sends back what the device has made or signed. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Options as the browser wants them: challenges, ids and the handle of the person as bytes. */
function asked({ publicKey }) {
  const list = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const found = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) found.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) found.excludeCredentials = list(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) found.allowCredentials = list(publicKey.allowCredentials);
  return { publicKey: found };
}

/** The answer of the device as JSON. */
function plain(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() });
}

function say(form, message) {
  const place = form.querySelector("[data-passkey-error]");
  place.textContent = message;
  place.hidden = !message;
}

async function run(form) {
  say(form, "");
  const answer = await fetch(form.dataset.passkey, { method: "POST", credentials: "same-origin", body: new FormData(form) });
  const options = await answer.json().catch(() => null);
  if (!answer.ok || !options?.publicKey) return say(form, options?.message || form.dataset.failed);
  const what = asked(options);
  const made = form.dataset.make ? await navigator.credentials.create(what) : await navigator.credentials.get(what);
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "credential", value: plain(made) });
  form.append(input);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    run(form).catch(() => say(form, form.dataset.failed));
  }, true);
}
