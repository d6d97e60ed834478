import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { freeGiven } from "../../lib/core/given_away.ts";
import { settle } from "../../lib/nn/merge.ts";
import { attachTo, frozenWeights } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { goldenModel } from "../models/golden.ts";

const inFile = "encoder.layer.0.attention.self.query.weight";
const made = "classifier.weight";

Deno.test("what a program reads of a file is its own to free, and no other array", async () => {
  const model = await goldenModel("bert");
  const frozen = frozenWeights(model);
  const before = model.weights.get(inFile)!.slice();
  const given = frozen(inFile)!;
  assert.deepEqual(given, before);
  assert.ok(freeGiven(given) && given.length === 0);
  // Read anew, and not given away by whoever reads it otherwise.
  const read = model.weights.get(inFile)!;
  assert.deepEqual(read, before);
  assert.ok(!freeGiven(read));
  for (
    const path of [...model.weights.keys()].filter((path) =>
      model.fresh?.some((each) => path.startsWith(`${each}.`))
    )
  ) {
    assert.ok(!freeGiven(frozen(path)!), path);
  }
});

Deno.test("weights that another model keeps are not given away", async () => {
  const model = await goldenModel("bert");
  const adapter = attachTo(model, lora({ rank: 2 }));
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: new Float32Array(3),
  });
  const values = new Map(initialParameters({ model, adapter, objective }, 1));
  values.set(inFile, model.weights.get(inFile)!);
  const settled = settle(model, adapter, values);
  const frozen = frozenWeights(settled.model);
  for (const path of [inFile, made]) {
    const numbers = settled.model.weights.has(path) ? frozen(path)! : undefined;
    if (numbers) assert.ok(!freeGiven(numbers), path);
  }
});
