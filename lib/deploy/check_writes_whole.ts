/**
 * What stands in the way of a whole model that writes texts.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";

/**
 * Throws an error of kind "unsupported" for virtual tokens before texts that go on: a graph with a cache is
 * asked in pieces, and does not know which piece begins a text.
 */
export function checkWritesWhole({ model, adapter }: TrainableModel): void {
  if (model.headRequest.name !== "language" || !adapter.input) return;
  throw new TunebookError(
    "unsupported",
    "virtual tokens before a text cannot be part of a graph that writes texts piece by piece: deploy " +
      "them with adapter(folder), or train another method, such as lora or prefixTuning",
  );
}
