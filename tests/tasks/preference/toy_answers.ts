/**
 * Small answers, and one step over all of them.
 *
 * @module
 */
import type { Objective } from "../../../lib/nn/objective.ts";
import type { AnswerSequence } from "../../../lib/tasks/preference/encode_answers.ts";
import { paddedLayout } from "../../../lib/text/batch_layout.ts";
import { toyExamples } from "../../nn/packed_run.ts";

/** Six texts of which the last tokens are answers. */
export const toyAnswers: readonly AnswerSequence[] = toyExamples([5, 7, 3, 6, 4, 8])
  .map(({ ids, row }) => {
    const counts = Uint8Array.from(ids, (_, at) => at < 2 ? 0 : 1);
    const whole = { tokens: ids.length, learned: ids.length - 2 };
    return { ids, counts, row, whole, straddling: 0, ends: 0 };
  });

/** Pairs of them, in the order of the sequences. */
export const toyPairs = [[0, 1], [2, 3], [4, 5]] as const;

/** log p before the training. */
export const toyReference = Float64Array.of(-9, -14, -3.2, -11, -6, -17);

/** The objective whose step is over all groups, whatever rows are asked for; sums are fed with the targets. */
export function overAll(objective: Objective, groups: number): Objective {
  const rows = Array.from({ length: groups }, (_, row) => row);
  const layout = paddedLayout(toyAnswers.map(({ ids }) => ids.length));
  return {
    ...objective,
    weightOf: () => groups,
    targetsOf: (_, normaliser) => ({
      ...objective.targetsOf(rows, normaliser),
      ...objective.sums?.feedsOf(rows, layout),
    }),
  };
}
