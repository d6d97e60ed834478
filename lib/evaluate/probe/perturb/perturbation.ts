/**
 * What a perturbation of texts is.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";

/**
 * A change of a text that a model should bear. A new one is one file that makes such an object, and one line in
 * `probe.ts`.
 */
export interface Perturbation {
  /** What reports call it, `typos`. */
  readonly name: string;
  /**
   * The changed text; undefined where the text has nothing that could be changed so.
   *
   * @param random numbers of this text alone
   */
  apply(text: string, random: Random): string | undefined;
}

/** A text that differs from the one before, or undefined. */
export function unlessSame(before: string, after: string): string | undefined {
  return after === before ? undefined : after;
}

/** One of the elements. */
export function pick<Element>(all: readonly Element[], random: Random): Element {
  return all[random.integer(all.length)];
}

/** What is found by a pattern, with its places. */
export function found(
  text: string,
  pattern: RegExp,
): { readonly at: number; readonly text: string }[] {
  return [...text.matchAll(pattern)].map((match) => ({ at: match.index, text: match[0] }));
}

/** A text with a part of it replaced. */
export function replaced(
  text: string,
  { at, text: part }: { readonly at: number; readonly text: string },
  by: string,
): string {
  return text.slice(0, at) + by + text.slice(at + part.length);
}
