import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { families } from "../../lib/models/mod.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { architectures } from "../../lib/weights/gguf/architectures/mod.ts";
import { readGgufConfig } from "../../lib/weights/gguf/gguf_config.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { goldenPath, largestDifference, readGolden } from "./golden.ts";

/** Logits of a few units, computed in float32 in another order. */
const tolerance = 1e-4;

for (const { name } of architectures) {
  const path = goldenPath(`gguf/${name}.gguf`);
  const { model_type: modelType } = await readGgufConfig(path);
  Deno.test({
    name: `${name} of a GGUF file computes what transformers computes of it`,
    ignore: !families.some((family) => family.modelType === modelType),
    async fn() {
      const { logits, ...batch } = await readGolden(`gguf/${name}.safetensors`);
      const model = await loadModel({ reference: path, config: path, weights: path, seed: 1 });
      const { vocabSize } = model.config as { vocabSize?: number };
      const objective = nextTokenObjective({ texts: [{ ids: [1, 2] }], vocabSize: vocabSize! });
      const trainable = { model, adapter: noAdapter, objective };
      const found = await logitsOf(trainable, await openDevice("cpu"), batch);
      assert.deepEqual(found.shape, logits.shape);
      const difference = largestDifference(found.data, logits.data);
      assert.ok(difference < tolerance, `logits differ by ${difference}`);
    },
  });
}
