/**
 * Which label of a classifier is explained.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import type { LabelKind } from "../../data/labels.ts";
import type { ExplainTarget } from "../../evaluate/explain/explained_rows.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { ExplainOptions } from "./explain_options.ts";

/** The outputs of the labels that were asked for. */
export interface AskedLabels {
  readonly label: number | undefined;
  readonly against: number | undefined;
}

/** Looks the labels up; those that do not exist are one error of kind "input". */
export function askedLabels(
  { labels }: Pick<AnyLabelledTask, "labels">,
  { label, against }: ExplainOptions,
): AskedLabels {
  const asked = [label, against].filter((each) => each !== undefined);
  const unknown = asked.filter((each) => !labels.includes(each));
  if (unknown.length > 0) {
    throw new TunebookError(
      "input",
      `explain: there is no label ${unknown.map(quoted).join(" and none ")}; they are ${
        labels.map(shownName).join(", ")
      }`,
    );
  }
  if (label !== undefined && label === against) {
    throw new TunebookError("input", `explain: label and against are both ${quoted(label)}`);
  }
  const idOf = (name: string | undefined) => name === undefined ? undefined : labels.indexOf(name);
  return { label: idOf(label), against: idOf(against) };
}

/** What a label was explained for, by an input's logits. */
export function explainedLabel(
  logits: Float32Array,
  { label, against }: AskedLabels,
): number {
  if (label !== undefined) return label;
  const others = Array.from(logits.keys()).filter((output) => output !== against);
  return others.reduce((best, output) => logits[output] > logits[best] ? output : best);
}

/** The label's logit, or its difference from the other label's. */
export function labelTarget(
  task: AnyLabelledTask,
  label: number,
  { against }: AskedLabels,
): ExplainTarget {
  const others = against === undefined ? [] : [{ place: 0, output: against, weight: -1 }];
  return {
    kind: task.task.kind as LabelKind,
    terms: [{ place: 0, output: label, weight: 1 }, ...others],
  };
}

/** Refuses texts that are too long for the model, all of them in one error. */
export function refuseLongTexts(lengths: readonly number[], maxTokens: number): void {
  const long = lengths.flatMap((length, at) =>
    length > maxTokens ? [`input ${at + 1} has ${length} tokens`] : []
  );
  if (long.length === 0) return;
  throw mistakes(
    "input",
    `explain takes texts of up to ${maxTokens} tokens, special tokens included; cut these:`,
    long,
  );
}
