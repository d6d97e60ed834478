/**
 * The options that all data sets know.
 *
 * @module
 */
import { integer, oneOf, type Rule, whole } from "../lib/core/option_rules.ts";

/** What they must be; only some data sets can be split. */
export function optionRules(splits: boolean): Readonly<Record<string, Rule>> {
  return { rows: whole, seed: integer, ...(splits ? { split: oneOf(["train", "test"]) } : {}) };
}
