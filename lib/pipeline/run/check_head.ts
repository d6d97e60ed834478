/**
 * Makes sure that a run without training has a head to score.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import { type Model, randomHead } from "../../nn/model.ts";

/**
 * Refuses a trained adapter with a head that nobody has trained. A method that is not trained either
 * may be scored as it starts.
 */
export function checkHead(model: Model, adapter: AttachedMethod): void {
  const random = adapter.initialWeights && randomHead(model, adapter);
  if (!random) return;
  throw new TunebookError(
    "weights",
    `neither the adapter's folder nor the checkpoint has ${random}, so that a run without training ` +
      "would score random answers. Train it (epochs above 0), or save the head with the adapter " +
      "(PEFT: modules_to_save).",
  );
}
