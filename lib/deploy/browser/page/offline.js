/**
 * Keeps the page's files on this machine, by a service worker.
 *
 * @module
 */

/** The longest that a page waits for its service worker before it goes on without, in milliseconds. */
const patience = 5000;
/** How often, and after how many milliseconds again, it looks whether the last file was kept. */
const looks = 40;
const pause = 250;

/** Starts the service worker; false where the browser has none here, as on pages without https. */
export async function keepForOffline() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return false;
  try {
    await serviceWorker.register("service_worker.js");
  } catch {
    return Boolean(serviceWorker.controller);
  }
  if (serviceWorker.controller) return true;
  const taken = new Promise((resolve) =>
    serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true })
  );
  const late = new Promise((resolve) => setTimeout(() => resolve(false), patience));
  return await Promise.race([taken, late]);
}

/** Says whether the page works without a network from now on; `files` are those that it needs. */
export async function whatIsKept(isControlled, version, files) {
  if (!isControlled) {
    return "This page is not kept on this machine: browsers keep pages that come by https, or from " +
      "this machine itself.";
  }
  const home = new URL("./", location.href).href;
  const cache = await caches.open(`tunebook ${home} ${version}`);
  let missing = files;
  for (let look = 0; look < looks && missing.length > 0; look++) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const kept = new Set((await cache.keys()).map(({ url }) => url));
    missing = files.filter((file) => !kept.has(home + file));
  }
  return missing.length === 0
    ? "This page is kept on this machine and works without a network."
    : `This page could not be kept on this machine; it lacks ${missing.join(", ")}.`;
}
