// Sends the roll-call, and keeps it on the phone where there is no signal. Kept are keys and reasons, no
// names; for a day at the longest, and of the person who is logged in only. Whatever came in twice changes
// nothing: each roll-call has a key that is made here.
"use strict";

(() => {
  const BOX = "roll-calls";
  const LONGEST = 24 * 3600 * 1000;
  const AGAIN = 30 * 1000;
  const outbox = document.getElementById("outbox");
  const form = document.getElementById("call");
  const login = document.querySelector("#kept a");
  const show = (name, text) => {
    for (const other of ["kept", "sent", "refused"]) document.getElementById(other).hidden = other !== name;
    const shown = document.getElementById(name);
    if (text) shown.textContent = text;
  };

  const user = outbox.dataset.user;
  const read = () => {
    const all = JSON.parse(localStorage.getItem(BOX) || "[]");
    return all.filter((one) => one.user === user && Date.now() - one.at < LONGEST);
  };
  const write = (box) => localStorage.setItem(BOX, JSON.stringify(box));
  const key = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // Of a day that is over nothing is called by mistake.
  const day = new Date();
  const local = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  document.getElementById("stale").hidden = outbox.dataset.day === local || Boolean(location.search);

  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    form.elements.key.value = key();
    form.elements.noted.value = new Date().toISOString();
    const data = new URLSearchParams(new FormData(form));
    data.delete("csrfmiddlewaretoken"); // that of the page which sends it counts
    write([...read(), { user, at: Date.now(), action: form.getAttribute("action"), data: data.toString() }]);
    send(true);
  });

  let sending = false;
  async function send(mine) {
    if (sending) return;
    sending = true;
    try {
      let last = "";
      for (let box = read(); box.length; box = read()) {
        const answer = await post(box[0]);
        if (answer === "later") return show("kept");
        if (answer === "login") {
          login.hidden = false;
          return show("kept");
        }
        write(read().filter((one) => one.data !== box[0].data));
        if (answer.faults) return show("refused", answer.faults.map((f) => `${f.message} → ${f.next} (${f.code})`).join(" "));
        last = answer.url;
      }
      if (last && mine) location.assign(last);
      else if (last) show("sent");
    } finally {
      sending = false;
    }
  }

  async function post(one) {
    try {
      const response = await fetch(one.action, {
        method: "POST",
        body: one.data,
        redirect: "manual", // to the login: the session has ended
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          "X-CSRFToken": outbox.dataset.token,
          "X-Outbox": "1",
        },
      });
      if (response.type === "opaqueredirect" || response.status === 403 || response.status === 401) return "login";
      if (response.ok || response.status === 409) return await response.json();
      return "later";
    } catch (away) {
      return "later";
    }
  }

  login.hidden = true;
  keepThisPage();
  window.addEventListener("online", () => send(false));
  window.setInterval(() => read().length && send(false), AGAIN);
  if (read().length) send(false);

  function keepThisPage() {
    if (!("serviceWorker" in navigator) || !("caches" in window)) return;
    if (location.search) return;
    navigator.serviceWorker.register(outbox.dataset.worker).catch(() => {});
    // The first visit is not yet seen by the worker: what it will need is fetched again, from the cache mostly.
    const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((part) => part.href || part.src);
    caches.open("roll-call").then((cache) => {
      cache.add(location.pathname).catch(() => {});
      for (const part of parts) cache.add(part).catch(() => {});
    });
  }
})();
