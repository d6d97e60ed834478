/**
 * Whether offloading does anything for what is trained.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { OffloadOptions } from "../../engine/mod.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";

/** Throws an error of kind "unsupported" for offload with a method that trains every weight. */
export function checkOffload(offload: OffloadOptions | undefined, trainable: TrainableModel): void {
  if (!offload) return;
  const { inputs } = weightInputs(trainable);
  if (Object.values(inputs).some(({ role }) => role === "frozen")) return;
  throw new TunebookError(
    "unsupported",
    "offload leaves frozen weights on disk, and this method trains all of them: their numbers, gradients and " +
      "moments stay in memory. Take a method that leaves the base as it is, such as lora",
  );
}
