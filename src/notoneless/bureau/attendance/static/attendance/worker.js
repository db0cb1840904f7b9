// Gives the roll-call page of this morning where there is no signal. Only these pages, only for the day on
// which they were fetched; what was kept goes with the logout (Clear-Site-Data).
"use strict";

const KEPT = "roll-call";
const PAGE = /^\/attendance\/classes\/\d+$/;

const today = () => new Date().toDateString();
const keptToday = (response) => new Date(response.headers.get("Date") || 0).toDateString() === today();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(page(event.request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(event.request));
});

async function page(request, url) {
  try {
    const response = await fetch(request);
    // A page with a query is of another day or half; without one it is the call that is due.
    if (response.ok && !response.redirected && !url.search) {
      const cache = await caches.open(KEPT);
      await cache.put(url.pathname, response.clone());
    }
    return response;
  } catch (away) {
    // Answers vary by language and cookie; the address alone says which page it is.
    const kept = await caches.match(url.pathname, { cacheName: KEPT, ignoreVary: true, ignoreSearch: true });
    if (kept && keptToday(kept)) return kept;
    throw away;
  }
}

async function part(request) {
  const kept = await caches.match(request, { cacheName: KEPT, ignoreVary: true });
  return kept || fetch(request);
}
