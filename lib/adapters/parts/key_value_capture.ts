/**
 * The keys and values that a model has for real tokens.
 *
 * @module
 */
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { openDevice, type Tensor } from "../../engine/mod.ts";
import type { ModelInfo } from "../../nn/method.ts";
import { type AttentionPlace, attentionPlaces } from "../../nn/attention_places.ts";
import { decode } from "../../nn/decoder.ts";
import { encodeMemory } from "../../nn/encoder.ts";
import { modelWeights } from "../../nn/model.ts";
import { createNet } from "../../nn/create_net.ts";

/** One attention's keys and values, each [heads, tokens, size of a head] row by row. */
export interface CapturedLayer {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/**
 * Runs the pretrained model over one row of tokens, which an encoder-decoder reads as source and as
 * target. Gives what the attentions at `places` have, all unless given.
 */
export async function captureKeysValues(
  modelInfo: ModelInfo,
  ids: readonly number[],
  places: readonly AttentionPlace[] = attentionPlaces(modelInfo.config),
): Promise<CapturedLayer[]> {
  const nameOf = ({ site = "encoder", layer }: Pick<AttentionPlace, "site" | "layer">) =>
    `${site} ${layer}`;
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
          keysValues(layer, plain, _context, site) {
            const name = nameOf({ layer, ...(site ? { site } : {}) });
            seen[`${name}/keys`] = plain.keys;
            seen[`${name}/values`] = plain.values;
            return plain;
          },
        },
      });
      const batch = batchOf(given);
      const memory = encodeMemory(net, modelInfo, batch);
      if (batch.decoder) decode(net, modelInfo, batch.decoder, memory);
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
      ...(modelInfo.family.decoder
        ? { decoder_input_ids: row(ids), decoder_attention_mask: row(ids.map(() => 1)) }
        : {}),
    });
    return places.map((place) => ({
      keys: Float32Array.from(found[`${nameOf(place)}/keys`].data),
      values: Float32Array.from(found[`${nameOf(place)}/values`].data),
    }));
  } finally {
    await step.dispose();
  }
}
