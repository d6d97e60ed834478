/**
 * Attention rollout of a text.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { rolledOut } from "./attention_rollout.ts";
import type { ExplainPrograms } from "./explain_programs.ts";

/**
 * How much of each token reaches the one that the head reads, [tokens], by the attention of all layers (Abnar and
 * Zuidema 2020).
 *
 * Throws an error of kind "unsupported" where the head reads another token than the first one.
 */
export async function attentionShares(
  ids: Int32Array,
  types: Int32Array | undefined,
  programs: ExplainPrograms,
): Promise<Float64Array> {
  const { model: { family }, adapter } = programs.trainable;
  const { stack, decoder } = family;
  if (!stack || decoder || stack.causal || stack.pooling === "last" || adapter.input) {
    throw new TunebookError(
      "unsupported",
      "attentionRollout() follows attention to the first token of an encoder, and the head of " +
        `${family.modelType} models reads another one; take integratedGradients()`,
    );
  }
  const shape = [1, ids.length];
  const attention = await programs.run("attention", {
    input_ids: { shape, data: ids },
    attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
    ...(types ? { token_type_ids: { shape, data: types } } : {}),
  });
  return rolledOut(attention)[0];
}
