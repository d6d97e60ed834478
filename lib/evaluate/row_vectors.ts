/**
 * What a model makes of each row, as one vector: what its head reads.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Device, type Program, type State, tf } from "../engine/mod.ts";
import { batchInputs, batchOf } from "../nn/batch_inputs.ts";
import { createNet } from "../nn/create_net.ts";
import { headFeatures } from "../nn/head_results.ts";
import { modelHead } from "../nn/model.ts";
import { type Rows, runOver } from "../nn/run_over.ts";
import { frozenOf, type TrainableModel, weightInputs } from "../nn/trainable_model.ts";

/** Makes vectors of sequences. */
export interface RowVectors extends AsyncDisposable {
  /** The vector of each sequence, [hiddenSize] each, in their order. */
  of(rows: Rows, signal?: AbortSignal): Promise<Float32Array[]>;
}

/**
 * Compiles what gives the vectors: the pooled features, or the mean of the tokens of heads that read tokens (of an
 * encoder-decoder the decoder's) or queries.
 *
 * Throws an error of kind "unsupported" for heads that read maps.
 */
export async function openRowVectors(
  trainable: TrainableModel,
  { device, state }: { readonly device: Device; readonly state: State | undefined },
): Promise<RowVectors> {
  const step = await device.compile(vectorsProgram(trainable), {
    frozen: frozenOf(trainable),
    ...(state ? { state } : {}),
  });
  return {
    of: (rows, signal) =>
      runOver((feeds, signal) => step.run(feeds, signal), rows, ({ vectors }, lengths) => {
        const size = vectors.data.length / lengths.length;
        const all = vectors.data as Float32Array;
        return lengths.map((_, row) => all.slice(row * size, (row + 1) * size));
      }, { signal }),
    [Symbol.asyncDispose]: () => step.dispose(),
  };
}

/** Feeds a padded batch and gives `vectors` [batch, hiddenSize]. */
function vectorsProgram(trainable: TrainableModel): Program {
  const { model, adapter } = trainable;
  const { reads } = modelHead(model);
  if (reads === "maps") {
    throw new TunebookError(
      "unsupported",
      `the head of ${model.family.modelType} models reads maps, and no vector of a whole image`,
    );
  }
  const weights = weightInputs(trainable);
  return {
    name: "vectors of rows",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      const features = headFeatures(net, trainable, inputs);
      if (reads === "pooled") return { vectors: features };
      if (reads === "queries") return { vectors: tf.mean(features, 1) };
      const batch = batchOf(inputs);
      const { mask } = batch.decoder ?? batch;
      const [rows, sequence] = mask.shape as [number, number];
      const tokens = tf.reshape(features, [rows, sequence, model.config.hiddenSize]);
      const counts = tf.expandDims(tf.cast(mask, "float32"), -1); // [batch, sequence, 1]
      return { vectors: tf.div(tf.sum(tf.mul(tokens, counts), 1), tf.sum(counts, 1)) };
    },
  };
}
