/**
 * Whether a plan can be run with its frozen weights on disk.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { type OffloadOptions, sizeOf } from "../../engine/mod.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";
import type { PlanSpec } from "../plan_spec.ts";

const [floatBytes, bytesPerMegabyte] = [4, 1e6];

/**
 * Refuses, before anything is trained, what a later program would stop at: a method that trains all weights, scores
 * in eight bits, and weights that are larger than a segment.
 */
export function checkOffload(
  offload: OffloadOptions | undefined,
  { evaluateCompute = "float32" }: Pick<PlanSpec, "evaluateCompute">,
  trainable: TrainableModel,
): void {
  if (!offload) return;
  const frozen = Object.entries(weightInputs(trainable).inputs)
    .filter(([, { role }]) => role === "frozen");
  if (frozen.length === 0) {
    throw new TunebookError(
      "unsupported",
      "offload leaves frozen weights on disk, and this method trains all of them: their numbers, gradients and " +
        "moments stay in memory. Take a method that leaves the base as it is, such as lora",
    );
  }
  if (evaluateCompute !== "float32") {
    throw new TunebookError(
      "unsupported",
      "offload reads float32 weights, and scores are to be computed in int8; leave compute out of evaluate",
    );
  }
  const tooLarge = frozen.flatMap(([name, { shape }]) => {
    const megabytes = sizeOf(shape as number[]) * floatBytes / bytesPerMegabyte;
    return megabytes > offload.megabytes ? [`${name} has ${megabytes.toFixed(2)} MB`] : [];
  });
  if (tooLarge.length === 0) return;
  throw mistakes(
    "input",
    `offload has ${offload.megabytes} megabytes for what is read at once, and some weights are larger:`,
    tooLarge,
  );
}
