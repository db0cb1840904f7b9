// Visits are written at the door, with or without a signal. Each is kept on the phone, with its photos, until
// the server has it; for three days at the longest, and of the person who is logged in only. Its key is made
// here, so that what comes in twice changes nothing.
"use strict";

(() => {
  const LONGEST = 3 * 24 * 3600 * 1000;
  const AGAIN = 30 * 1000;
  const outbox = document.getElementById("outbox");
  if (!outbox || !("indexedDB" in window)) return; // the forms are sent as any other
  const user = outbox.dataset.user;

  const opened = new Promise((done, failed) => {
    const asked = indexedDB.open("visits", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("box", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const ask = async (mode, act) => {
    const store = (await opened).transaction("box", mode).objectStore("box");
    return new Promise((done, failed) => {
      const asked = act(store);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  };
  const put = (one) => ask("readwrite", (store) => store.put(one));
  const drop = (key) => ask("readwrite", (store) => store.delete(key));
  const waiting = async () => {
    const all = await ask("readonly", (store) => store.getAll());
    for (const one of all) if (Date.now() - one.at > LONGEST) await drop(one.key);
    return all.filter((one) => one.user === user && Date.now() - one.at <= LONGEST);
  };
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const now = () => {
    const day = new Date();
    const two = (number) => String(number).padStart(2, "0");
    return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
  };

  async function show() {
    const box = await waiting();
    const kept = box.filter((one) => !one.refused);
    const refused = box.filter((one) => one.refused);
    const say = document.getElementById("kept");
    say.hidden = !kept.length;
    say.querySelector("b").textContent = kept.length;
    const back = document.getElementById("refused");
    back.hidden = !refused.length;
    back.querySelector("b").textContent = refused.map((one) => one.refused).join(" ");
  }

  for (const form of document.querySelectorAll("form.visit")) {
    form.closest("details").addEventListener("toggle", () => {
      if (!form.elements.text.value) form.elements.at.value = now();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = [...new FormData(form)].filter(
        ([name, value]) => !["key", "csrfmiddlewaretoken"].includes(name) && !(value instanceof File && !value.size),
      );
      await put({ key: uuid(), user, at: Date.now(), action: form.getAttribute("action"), fields });
      form.reset();
      form.closest("details").open = false;
      document.getElementById("sent").hidden = true;
      await show();
      await send();
    });
  }

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (const one of await waiting()) {
        if (one.refused) continue;
        const answer = await post(one);
        if (answer === "later") break;
        document.getElementById("login").hidden = answer !== "login";
        if (answer === "login") break;
        if (answer.faults) await put({ ...one, refused: answer.faults.map((f) => `${f.message} → ${f.next}`).join(" ") });
        else {
          await drop(one.key);
          document.getElementById("sent").hidden = false;
        }
      }
    } finally {
      sending = false;
      await show();
    }
  }

  async function post(one) {
    const data = new FormData();
    data.append("key", one.key);
    for (const [name, value] of one.fields) data.append(name, value);
    try {
      const response = await fetch(one.action, {
        method: "POST",
        body: data,
        redirect: "manual", // to the login: the session has ended
        credentials: "same-origin",
        headers: { "X-CSRFToken": outbox.dataset.token, "X-Outbox": "1" },
      });
      if (response.type === "opaqueredirect" || response.status === 403 || response.status === 401) return "login";
      if (response.ok || response.status === 409 || response.status === 404) {
        return response.status === 404 ? { faults: [{ message: outbox.dataset.gone, next: "" }] } : await response.json();
      }
      return "later";
    } catch (away) {
      return "later";
    }
  }

  document.getElementById("drop").addEventListener("click", async () => {
    for (const one of await waiting()) if (one.refused) await drop(one.key);
    await show();
  });
  keepThisPage();
  window.addEventListener("online", send);
  window.setInterval(send, AGAIN);
  show().then(send);

  // The page as it is now: where addresses were asked for with a purpose, they go along to the village.
  async function keepThisPage() {
    if (!("serviceWorker" in navigator) || !("caches" in window)) return;
    await navigator.serviceWorker.register(outbox.dataset.worker).catch(() => {});
    if (!navigator.onLine) return;
    const cache = await caches.open("visits");
    const text = "<!doctype html>" + document.documentElement.outerHTML;
    const headers = { "Content-Type": "text/html; charset=utf-8", Date: new Date().toUTCString() };
    await cache.put("/cases/visits", new Response(text, { headers }));
    const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((part) => part.href || part.src);
    for (const part of parts) cache.add(part).catch(() => {});
  }
})();
