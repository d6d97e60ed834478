/**
 * Addresses of this machine that no other one reaches.
 *
 * @module
 */

/** True for `localhost`, `127.…` and `::1`, the last one also in the brackets of an address of the web. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
