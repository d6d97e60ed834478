import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/mod.ts";
import { type KeptUnits, prunedModel } from "../../../lib/combine/prune/pruned_model.ts";
import { unitGroups } from "../../../lib/combine/prune/unit_group.ts";
import { LazyMap } from "../../../lib/core/lazy_map.ts";
import { modelWeights } from "../../../lib/nn/model.ts";
import type { Model } from "../../../lib/nn/model.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { goldenImageModel } from "../../models/golden_images.ts";
import {
  goldenModel,
  largestDifference,
  oneHot,
  readGolden,
  runModel,
} from "../../models/golden.ts";

/** The model with zeros where weights read a unit that does not stay. */
function masked(model: Model, kept: KeptUnits): Model {
  const zeros = new Map<string, Set<number>>();
  for (const kind of ["heads", "feedForward"] as const) {
    if (!kept[kind]) continue;
    for (const { layer, units, reader } of unitGroups(model, kind)) {
      const stay = new Set(kept[kind][layer]);
      const out = Array.from({ length: units }, (_, unit) => unit).filter((unit) =>
        !stay.has(unit)
      );
      zeros.set(
        `${reader.path}.weight`,
        new Set(
          out.flatMap((unit) =>
            Array.from({ length: reader.size }, (_, at) => unit * reader.size + at)
          ),
        ),
      );
    }
  }
  const weights = new LazyMap(
    modelWeights(model).map(({ path, shape }) => [path, () => {
      const numbers = model.weights.get(path)!;
      const none = zeros.get(path);
      return none ? numbers.map((value, at) => none.has(at % shape[1]) ? 0 : value) : numbers;
    }]),
  );
  return { ...model, weights };
}

const device = await openDevice();
const objective = classificationObjective({
  kind: "single",
  outputs: 3,
  targets: oneHot(Array.from({ length: 16 }, () => 0), 3),
});

for (
  const [name, kept] of Object.entries<KeptUnits>({
    bert: { layers: [0, 1], heads: [[0, 3], [1, 2]], feedForward: [[0, 5, 63], [7, 8, 9]] },
    distilbert: { layers: [0, 1], heads: [[1], [3]], feedForward: [[2], [1]] },
    roberta: { layers: [0, 1], heads: [[0, 1, 3], [1, 2, 3]] },
    gpt2: { layers: [0, 1], feedForward: [[0, 5, 63], [7, 8, 9]] },
    llama: { layers: [0, 1], heads: [[1], [0]], feedForward: [[0, 5], [7, 40]] },
  })
) {
  Deno.test(`a ${name} with smaller matrices gives what one with zeros gives`, async () => {
    const model = await goldenModel(name);
    const { input_ids, attention_mask, token_type_ids } = await readGolden(
      `models/${name}/expected.safetensors`,
    );
    const batch = { input_ids, attention_mask, ...(token_type_ids ? { token_type_ids } : {}) };
    const small = prunedModel(model, kept);
    for (const { path, shape } of modelWeights(small)) {
      const size = shape.reduce((product, each) => product * each, 1);
      assert.equal(small.weights.get(path)!.length, size, path);
    }
    const { logits } = await runModel(device, small, objective, batch);
    const expected = await runModel(device, masked(model, kept), objective, batch);
    assert.ok(largestDifference(logits.data, expected.logits.data) < 1e-6);
    const whole = await runModel(device, model, objective, batch);
    assert.ok(largestDifference(logits.data, whole.logits.data) > 1e-4, "something is gone");
  });
}

Deno.test("fewer layers are those of the whole model", async () => {
  const model = await goldenModel("bert");
  const small = prunedModel(model, { layers: [1] });
  const path = "encoder.layer.0.output.dense.weight";
  assert.deepEqual(small.weights.get(path), model.weights.get(path.replace(".0.", ".1.")));
  assert.equal(small.json.num_hidden_layers, 1);
  assert.equal(small.config.numLayers, 1);
});

Deno.test("a ViT has fewer heads by head_dim", async () => {
  const model = await goldenImageModel("vit", "classification");
  const { numHeads, hiddenSize, numLayers } = model.config;
  const heads = Array.from({ length: numLayers }, () => [numHeads - 1]);
  const small = prunedModel(model, { layers: [...heads.keys()], heads });
  assert.equal(small.json.num_attention_heads, 1);
  assert.equal(small.json.head_dim, hiddenSize / numHeads);
});
