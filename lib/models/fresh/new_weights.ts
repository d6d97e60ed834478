/**
 * The weights of a new model, drawn as transformers draws them.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { sizeOf } from "../../engine/mod.ts";
import type { Family, ModelConfig, TextConfig } from "../../nn/family.ts";
import {
  initialOf,
  isStoredTransposed,
  transposed,
  type Weight,
  weightsOf,
} from "../../nn/layer.ts";
import type { TensorToWrite } from "../../weights/write_safetensors.ts";
import type { NewFamily } from "./new_family.ts";

/**
 * The tensors of a checkpoint with the family's language head, where it has one. Linears and tables come from a normal
 * distribution with the deviation that the new family says; biases are 0 and norms 1.
 */
export function newWeights(
  family: Family,
  made: NewFamily,
  config: ModelConfig,
  seed: number,
): TensorToWrite[] {
  const random = Random.fromSeed(seed, "new model");
  // A task of images puts its own head on the body.
  const head = family.heads.language;
  const prefix = head ? head.prefix ?? family.prefix : "";
  const body = family.layers(config).map((layer) => ({
    layer,
    before: prefix ? `${prefix}.` : "",
  }));
  const own = head?.layers(config, 0).map((layer) => ({ layer, before: "" })) ?? [];
  return [...body, ...own].flatMap(({ layer, before }) =>
    weightsOf(layer).map((weight): TensorToWrite => {
      const { path, shape } = weight;
      const data = drawn(weight, made, config, random);
      const isTable = layer.kind === "embedding" && path === `${family.stack?.wordTable}.weight`;
      if (made.clearsPadding && isTable) {
        const { padId, hiddenSize } = config as TextConfig;
        data.fill(0, padId * hiddenSize, (padId + 1) * hiddenSize);
      }
      return isStoredTransposed(weight)
        ? {
          name: before + path,
          dtype: "F32",
          shape: shape.toReversed(),
          data: transposed(data, shape),
        }
        : { name: before + path, dtype: "F32", shape, data };
    })
  );
}

function drawn(
  weight: Weight,
  made: NewFamily,
  config: ModelConfig,
  random: Random,
): Float32Array {
  const data = new Float32Array(sizeOf(weight.shape));
  const initial = initialOf(weight);
  if (initial === "ones") data.fill(1);
  else if (initial === "normal") {
    const deviation = made.deviationOf?.(weight.path, config, weight.shape) ??
      config.initializerRange;
    for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
  }
  return data;
}
