/**
 * The score that candidates are compared by.
 *
 * @module
 */
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { judgeOf } from "../run/score_stage.ts";
import { type Candidate, type CandidateMetric, checkCandidateMetric } from "./candidates.ts";

/** The metric that was asked for, or else what judges the first plan; one that no fold can be scored by is an error. */
export function metricOfCandidates(
  [{ spec }]: readonly Candidate[],
  task: AnyLabelledTask,
  asked: CandidateMetric | undefined,
): CandidateMetric {
  const metric = asked ?? judgeOf(spec, task) as CandidateMetric;
  checkCandidateMetric(metric, spec);
  return metric;
}
