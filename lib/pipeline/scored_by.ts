/**
 * What `.evaluate()` adds to a plan or a merge.
 *
 * @module
 */
import { checkMetrics } from "./check_metrics.ts";
import { checkEvaluateOptions, type EvaluateOptions } from "./evaluate_options.ts";
import type { PlanSpec } from "./plan_spec.ts";

/** What a stage that is scored holds of it. */
type Scored = Pick<
  PlanSpec,
  "metrics" | "generate" | "evaluateCompute" | "evaluateBefore" | "features"
>;

/**
 * The spec with further metrics; options stay where no new ones are given.
 *
 * @throws {TunebookError} of kind `input` for what is no metric, and for options that make no sense.
 */
export function scoredBy<Spec extends Scored>(
  spec: Spec,
  metrics: Spec["metrics"],
  options: EvaluateOptions,
): Spec {
  checkMetrics(metrics);
  checkEvaluateOptions(options);
  const generate = options.generate ?? spec.generate;
  const evaluateCompute = options.compute ?? spec.evaluateCompute;
  const evaluateBefore = options.before ?? spec.evaluateBefore;
  const features = options.features ?? spec.features;
  return {
    ...spec,
    metrics: { ...spec.metrics, ...metrics },
    ...(generate ? { generate: Object.freeze({ ...generate }) } : {}),
    ...(evaluateCompute ? { evaluateCompute } : {}),
    ...(evaluateBefore === undefined ? {} : { evaluateBefore }),
    ...(features === undefined ? {} : { features }),
  };
}
