/**
 * Secrets that requests bring, compared in constant time.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** What stands behind `Bearer` in a header `authorization`. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
}

/** Says of a text whether it is one of the secrets; how long that takes tells nothing of them. */
export function isSecret(secrets: readonly string[]): (given: string) => boolean {
  const known = secrets.map(digest);
  return (given) => {
    const own = digest(given.trim());
    return known.filter((each) => timingSafeEqual(each, own)).length > 0;
  };
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
