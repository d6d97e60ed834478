/**
 * What a checkpoint's own head stands for, as its `config.json` says it.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";

/** transformers' `problem_type`. */
const kinds: Readonly<Record<string, LabelKind>> = {
  single_label_classification: "single",
  multi_label_classification: "multi",
  regression: "regression",
};

/** transformers' number of labels where a config says none. */
const usualLabels = 2;

/** What the numbers of a head mean. */
export interface HeadMeaning {
  readonly labels: readonly string[];
  readonly kind: LabelKind;
}

/** The labels of a checkpoint. */
export function ownHead({ id2label, problem_type: problem }: {
  readonly id2label?: unknown;
  readonly problem_type?: unknown;
}): HeadMeaning {
  const names = typeof id2label === "object" && id2label !== null
    ? Object.values(id2label).map(String)
    : numbered(usualLabels);
  const kind = Object.hasOwn(kinds, String(problem))
    ? kinds[String(problem)]
    : kindOf(names.length);
  return { labels: names, kind };
}

/** The names that transformers gives to labels without names. */
export function numbered(labels: number): string[] {
  return Array.from({ length: labels }, (_, i) => `LABEL_${i}`);
}

/** What a head of so many numbers is where nobody says it: one number is a regression. */
export function kindOf(outputs: number): LabelKind {
  return outputs === 1 ? "regression" : "single";
}
