/**
 * The keys and values that a model has for real tokens.
 *
 * @module
 */
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { openDevice, type Tensor } from "../../engine/mod.ts";
import type { ModelInfo } from "../../nn/method.ts";
import { encode } from "../../nn/encoder.ts";
import { modelWeights } from "../../nn/model.ts";
import { createNet } from "../../nn/create_net.ts";

/** One layer's keys and values, each [heads, tokens, size of a head] row by row. */
export interface CapturedLayer {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/** Runs the pretrained model over one row of tokens. */
export async function captureKeysValues(
  modelInfo: ModelInfo,
  ids: readonly number[],
): Promise<CapturedLayer[]> {
  const weights = modelWeights(modelInfo).filter(({ layer }) =>
    !modelInfo.head.includes(layer.path)
  );
  const device = await openDevice("cpu");
  const step = await device.compile({
    name: "keys and values",
    inputs: {
      ...batchInputs(modelInfo),
      ...Object.fromEntries(
        weights.map(({ path, shape }) => [path, { role: "frozen", type: "float32", shape }]),
      ),
    },
    compute(given) {
      const seen: Record<string, Tensor> = {};
      const net = createNet({
        tensor: (path) => given[path],
        adapter: {
          parameters: [],
          trains: () => false,
          keysValues(layer, plain) {
            seen[`${layer}/keys`] = plain.keys;
            seen[`${layer}/values`] = plain.values;
            return plain;
          },
        },
      });
      encode(net, modelInfo, batchOf(given));
      return seen;
    },
  }, { frozen: (path) => modelInfo.weights.get(path)! });
  const row = (data: readonly number[]) => ({
    shape: [1, ids.length],
    data: Int32Array.from(data),
  });
  try {
    const found = await step.run({
      input_ids: row(ids),
      attention_mask: row(ids.map(() => 1)),
      ...(modelInfo.family.usesTypes ? { token_type_ids: row(ids.map(() => 0)) } : {}),
    });
    return Array.from({ length: modelInfo.config.numLayers }, (_, layer) => ({
      keys: Float32Array.from(found[`${layer}/keys`].data),
      values: Float32Array.from(found[`${layer}/values`].data),
    }));
  } finally {
    await step.dispose();
  }
}
