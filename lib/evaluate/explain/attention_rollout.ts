/**
 * Attention rollout (Abnar and Zuidema 2020, arXiv 2005.00928): how much of each patch of an image reaches
 * the token that a head reads, by the attention of all layers.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, type Program, tf } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { encode } from "../../nn/encoder.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";

/**
 * Feeds a batch and gives the attention of each layer, the mean of its heads: `attention0`, `attention1` …,
 * each [batch, tokens, tokens].
 */
export function attentionProgram(trainable: TrainableModel): Program {
  const { model, adapter } = trainable;
  const weights = weightInputs(trainable);
  return {
    name: "attention",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const found = new Map<number, ReturnType<typeof tf.mean>>();
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        observeAttention: (layer, weights) => void found.set(layer, tf.mean(weights, 1)),
      });
      encode(net, model, batchOf(inputs));
      return Object.fromEntries(
        Array.from(found, ([layer, attention]) => [attentionName(layer), attention]),
      );
    },
  };
}

/** The name of a layer's attention among the program's results. */
function attentionName(layer: number): string {
  return `attention${layer}`;
}

/** Rows and columns of the patches of a model's images; an error of kind "unsupported" where it has none. */
export function patchGridOf(
  { model: { family, config } }: Pick<TrainableModel, "model">,
): readonly [rows: number, columns: number] {
  const grid = family.stack && family.patchGrid?.(config);
  if (grid) return grid;
  throw new TunebookError(
    "unsupported",
    "attentionRollout follows the attention of a transformer over the patches of an image, and " +
      `${family.modelType} models are none; take gradCam()`,
  );
}

/**
 * How much of each token reaches the first one, [batch][tokens]: half of what a layer gives is its attention's,
 * the other half is what it was given (the residual connection), and layers multiply. Each adds up to 1.
 *
 * @param attention what `attentionProgram` gives
 */
export function rolledOut(attention: Readonly<Record<string, HostTensor>>): Float64Array[] {
  const layers = Object.keys(attention).length;
  const { shape: [batch, tokens] } = attention[attentionName(0)];
  return Array.from({ length: batch }, (_, row) => {
    let shares: Float64Array = new Float64Array(tokens);
    shares[0] = 1;
    // From the last layer down, so that a vector is multiplied, and no matrices with each other.
    for (let layer = layers - 1; layer >= 0; layer--) {
      shares = throughLayer(shares, attention[attentionName(layer)].data, row);
    }
    return shares;
  });
}

/** What shares of a layer's results are of what it was given. */
function throughLayer(
  shares: Float64Array,
  attention: HostTensor["data"],
  row: number,
): Float64Array {
  const tokens = shares.length;
  const start = row * tokens * tokens;
  const below = shares.map((share) => share / 2);
  shares.forEach((share, query) => {
    if (share === 0) return;
    const at = start + query * tokens;
    for (let key = 0; key < tokens; key++) below[key] += share / 2 * Number(attention[at + key]);
  });
  return below;
}
