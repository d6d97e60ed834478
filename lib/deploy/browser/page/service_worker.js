/**
 * Answers from what was kept, and keeps what comes, so that the page works without a network. A new version of
 * the folder has other bytes here, and takes over when no page shows the old one any more.
 *
 * @module
 */
const { version, files } = __FILES__;
const home = new URL("./", self.location.href).href;
/** Other pages of the same origin have caches of their own. */
const prefix = `tunebook ${home} `;
/** What every visit needs is kept at once, the model and its runtime as they are asked for. */
const shell = files.filter((file) => !/^(?:model|runtime)\//.test(file));

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(prefix + version);
    await cache.addAll(shell.map((file) => new Request(home + file, { cache: "reload" })));
    if (!self.registration.active) await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys())
      .filter((name) => name.startsWith(prefix) && name !== prefix + version);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { url, method } = event.request;
  const [plain] = url.split(/[?#]/);
  const file = plain === home ? "index.html" : plain.slice(home.length);
  if (method !== "GET" || !plain.startsWith(home) || !files.includes(file)) return;
  event.respondWith(kept(event, home + file));
});

async function kept(event, url) {
  const cache = await caches.open(prefix + version);
  const found = await cache.match(url);
  if (found) return found;
  const response = await fetch(url, { cache: "reload" });
  // Where there is no room for it the page works as long as there is a network.
  if (response.ok) event.waitUntil(cache.put(url, response.clone()).catch(() => {}));
  return response;
}
