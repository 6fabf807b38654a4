/* Asking the lab's own routes: what is too large for callbacks, or belongs to this browser. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  /** Where the app is: a portal may have put it below a path of its own. */
  const root = () =>
    JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix;

  let once;
  /** An unguessable name for this browser: what it opened and trained belongs to it. */
  function owner() {
    let token = lab.memory.get("owner") ?? once;
    if (!token) {
      const bytes = crypto.getRandomValues(new Uint8Array(24));
      token = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
      lab.memory.set("owner", token);
      once = token;
    }
    return token;
  }

  /** Ask a route; what the reader can put right comes back as an Error with words. */
  async function ask(path, options = {}) {
    const headers = { "X-Lab-Owner": owner(), ...options.headers };
    let answer;
    try {
      answer = await fetch(`${root()}_lab/${path}`, { ...options, headers });
    } catch {
      throw new Error("The server does not answer. Nothing is lost: try again in a moment.");
    }
    if (answer.ok) return answer;
    const { error, field } = await answer.json().catch(() => ({}));
    const words = error ?? `The server answered ${answer.status}. Reload the page and try again.`;
    throw Object.assign(new Error(words), { field });
  }

  /** Ask with a JSON object; give the JSON that comes back. */
  async function askJson(path, method, data) {
    const headers = { "Content-Type": "application/json" };
    return (await ask(path, { method, body: JSON.stringify(data), headers })).json();
  }

  Object.assign(lab, { ask, askJson, owner, root });
})();
