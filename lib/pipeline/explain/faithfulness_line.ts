/**
 * How faithful an explanation is, in one line.
 *
 * @module
 */
import type { Faithfulness } from "../../evaluate/explain/faithfulness.ts";

const digits = 3;

/** The three measures. */
export function faithfulnessLine(
  { comprehensiveness, sufficiency, infidelity }: Faithfulness,
): string {
  return `comprehensiveness ${comprehensiveness.toFixed(digits)}, sufficiency ${
    sufficiency.toFixed(digits)
  }, infidelity ${infidelity.toPrecision(digits)}`;
}
