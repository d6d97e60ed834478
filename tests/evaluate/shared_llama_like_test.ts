import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createSharedModel } from "../../lib/evaluate/shared_model.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenModel, largestDifference, readGolden } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { rowLogits } from "./several.ts";

const tolerance = 1e-4;
const outputs = 3;
const methods = [
  lora({ rank: 2, targets: "all-linear" }),
  prefixTuning({ tokens: 3, start: "random" }),
  promptTuning({ tokens: 2, start: "random" }),
];

for (const base of ["qwen2", "gemma3_text"]) {
  Deno.test(`${base}: each row with an adapter of its own gives what the adapter gives alone`, async () => {
    const name = `decoders/${base}-classes`;
    const model = await goldenModel(name, outputs);
    const device = await openDevice("cpu");
    const { input_ids, attention_mask } = await readGolden(`${name}/expected.safetensors`);
    const batch = { input_ids, attention_mask };
    const targets = new Float32Array(input_ids.shape[0] * outputs);
    const objective = classificationObjective({ kind: "single", outputs, targets });
    const shared = createSharedModel(model, device);
    const random = Random.fromSeed(1, "values");
    const adapters = methods.map((method) => {
      const trainable = { model, adapter: attachTo(model, method), objective };
      const values = new Map(
        [...initialParameters(trainable, 1)].map(([path, data]) => [
          path,
          data.map((each) => each + 0.2 * random.normal()),
        ]),
      );
      const entry = sharedAdapter(method.method, { model, attached: trainable.adapter, values });
      shared.reserve(entry.delta);
      return { trainable, values, entry };
    });
    try {
      const mixed = await rowLogits(shared, batch, (row) => adapters[row].entry);
      for (const [row, { trainable, values }] of adapters.entries()) {
        const alone = await logitsOf(trainable, device, batch, values);
        const own = [row * outputs, (row + 1) * outputs] as const;
        const difference = largestDifference(mixed.slice(...own), alone.data.slice(...own));
        assert.ok(difference < tolerance, `${methods[row].method} differs by ${difference}`);
      }
    } finally {
      await shared.dispose();
    }
  });
}
