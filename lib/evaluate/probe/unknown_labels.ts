/**
 * Labels that behavioural tests expect and a model cannot give.
 *
 * @module
 */
import { didYouMean } from "../../core/nearest.ts";
import { quoted } from "../../core/quoted.ts";
import type { BehaviouralTest } from "./behavioural_test.ts";

/** A line for each label that tests expect and that a model with these labels cannot give. */
export function unknownLabels(
  tests: readonly Pick<BehaviouralTest<never>, "name" | "labels">[],
  known: readonly string[],
): string[] {
  return tests.flatMap(({ name, labels = [] }) =>
    labels.filter((label) => !known.includes(label)).map((label) =>
      `${name}: there is no label ${quoted(label)}${didYouMean(label, known)}; the model gives ${
        known.join(", ")
      }`
    )
  );
}
