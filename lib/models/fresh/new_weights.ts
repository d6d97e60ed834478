/**
 * The weights of a new model, drawn as transformers draws them.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { sizeOf } from "../../engine/mod.ts";
import type { Family, ModelConfig } from "../../nn/family.ts";
import { isStoredTransposed, transposed, weightsOf } from "../../nn/layer.ts";
import type { TensorToWrite } from "../../weights/write_safetensors.ts";

/** What GPT-2 draws narrower, because it is added to the residual stream (transformers' `_init_weights`). */
const residual = /\.c_proj\.weight$/;

/**
 * The tensors of a checkpoint with the family's language head. Linears and tables come from a normal
 * distribution with the config's `initializer_range`, in GPT-2 what a block adds with this over
 * √(2 · layers); biases are 0 and norms 1.
 */
export function newWeights(family: Family, config: ModelConfig, seed: number): TensorToWrite[] {
  const random = Random.fromSeed(seed, "new model");
  const head = family.heads.language!;
  const prefix = head.prefix ?? family.prefix;
  const body = family.layers(config).map((layer) => ({
    layer,
    before: prefix ? `${prefix}.` : "",
  }));
  const own = head.layers(config, 0).map((layer) => ({ layer, before: "" }));
  return [...body, ...own].flatMap(({ layer, before }) =>
    weightsOf(layer).map((weight): TensorToWrite => {
      const { path, shape } = weight;
      const data = new Float32Array(sizeOf(shape));
      if (layer.kind === "norm" && path.endsWith(".weight")) data.fill(1);
      else if (path.endsWith(".weight")) {
        const narrow = family.modelType === "gpt2" && residual.test(path)
          ? Math.sqrt(2 * config.numLayers)
          : 1;
        const deviation = config.initializerRange / narrow;
        for (let i = 0; i < data.length; i++) data[i] = random.normal() * deviation;
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
