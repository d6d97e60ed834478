/**
 * Calls of tools in answers.
 *
 * @module
 */

/** A call as answers tell of it. */
export interface ServedCall {
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** A number for a call, an answer or a part of one. */
export function newId(prefix: string): string {
  return `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
}
