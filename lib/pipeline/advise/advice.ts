/**
 * An advice: a verdict with its evidence.
 *
 * @module
 */
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import type { Verdict } from "./verdict.ts";

/** What to do with data before a model is fine-tuned, and why. */
export interface Advice extends Evidence {
  readonly verdict: Verdict;
  /** Each question with its answer, in the order in which they decide. */
  readonly findings: readonly Finding[];
  /** A whole page for a browser. */
  html(): Promise<string>;
  /** The verdict, the findings and the figures as plain JSON. */
  toJSON(): Record<string, unknown>;
  toString(): string;
}
