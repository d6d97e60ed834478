import assert from "node:assert/strict";
import { lora } from "../../../lib/adapters/lora.ts";
import { promptTuning } from "../../../lib/adapters/prompt_tuning.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { objectiveOf, type TaskData } from "../../../lib/pipeline/run/objective_of.ts";
import { toyModel } from "../../nn/toy.ts";

const model = toyModel({ modelType: "gpt2" }, true);
const data: TaskData = {
  kind: "language",
  outputs: 0,
  train: {
    targets: new Float32Array(),
    encoded: { examples: [{ ids: Int32Array.of(4, 5, 6), row: 0 }] },
  },
};

Deno.test("virtual tokens predict a text's first token, as in PEFT", () => {
  for (const [method, counted] of [[lora(), 2], [promptTuning({ tokens: 2 }), 3]] as const) {
    const adapter = attachTo(model, method);
    const { vocabulary } = textConfig(model);
    const objective = objectiveOf(data, { labelSmoothing: 0, vocabulary, adapter });
    assert.equal(objective.name, "causal-language-modelling");
    assert.equal(objective.weightOf([0]), counted, method.method);
  }
});
