/**
 * Makes of the logits that a file gives what evaluation makes of them.
 *
 * @module
 */
import { type Device, type HostTensor, type Step, tf } from "../engine/mod.ts";
import { evaluatedResults } from "../nn/forward_program.ts";
import { textConfig } from "../nn/model.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";

/** The logits of a batch padded on the right, all [batch, sequence] but the first. */
export interface GivenLogits {
  /** [batch, sequence, vocabSize] */
  readonly scores: HostTensor;
  /** The tokens that the logits stand at: the decoder's, where there is an encoder, too. */
  readonly ids: HostTensor;
  readonly mask: HostTensor;
}

/** Compiles it for a model of next tokens; the step is fed {@link GivenLogits}. */
export async function evaluateLogits(
  { model, objective }: Pick<TrainableModel, "model" | "objective">,
  device: Device,
): Promise<Step> {
  const { vocabSize } = textConfig(model);
  const tokens = { role: "feed", type: "int32", shape: ["batch", "sequence"] } as const;
  return await device.compile({
    name: "evaluate logits",
    inputs: {
      scores: { role: "feed", type: "float32", shape: ["batch", "sequence", vocabSize] },
      ids: tokens,
      mask: tokens,
    },
    compute({ scores, ids, mask }) {
      const batch = { ids, mask, ...(model.family.decoder ? { decoder: { ids, mask } } : {}) };
      const rows = tf.reshape(scores, [-1, vocabSize]);
      return { logits: evaluatedResults({ model, objective }, rows, batch) };
    },
  }, { frozen: () => new Float32Array() });
}
