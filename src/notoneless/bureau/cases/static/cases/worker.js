// Gives the page of today's doors where there is no signal: only that page, only for the day on which it was
// fetched. What was kept goes with the logout (Clear-Site-Data).
"use strict";

const KEPT = "visits";
const PAGE = "/cases/visits";

const keptToday = (response) =>
  new Date(response.headers.get("Date") || 0).toDateString() === new Date().toDateString();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(part(event.request));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (away) {
    // Answers vary by language and cookie; the address alone says which page it is.
    const kept = await caches.match(PAGE, { cacheName: KEPT, ignoreVary: true, ignoreSearch: true });
    if (kept && keptToday(kept)) return kept;
    throw away;
  }
}

async function part(request) {
  const kept = await caches.match(request, { cacheName: KEPT, ignoreVary: true });
  return kept || fetch(request);
}
