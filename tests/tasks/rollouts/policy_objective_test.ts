import assert from "node:assert/strict";
import { lora } from "../../../lib/adapters/lora.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { grpoMethod } from "../../../lib/tasks/grpo.ts";
import { rlooMethod } from "../../../lib/tasks/rloo.ts";
import type { LearnedAnswers } from "../../../lib/tasks/rollouts/learned_answer.ts";
import { type PolicyLoss, policyObjective } from "../../../lib/tasks/rollouts/policy_objective.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { gradientRun } from "../../nn/run_trainable_model.ts";
import { toyLanguageModel, toyRows, toyVocabulary } from "../../nn/toy.ts";

const rows = 5;
const common = { prompt: "asked", rewards: () => 0, maxNewTokens: 4 };
const losses: Readonly<Record<string, PolicyLoss>> = {
  dapo: grpoMethod(common).loss,
  "grpo with a divergence": grpoMethod({ ...common, loss: "grpo", beta: 0.3 }).loss,
  "dr_grpo at a temperature": grpoMethod({ ...common, loss: "dr_grpo", temperature: 0.6 }).loss,
  gspo: grpoMethod({ ...common, loss: "grpo", ratio: "answer", beta: 0.1 }).loss,
  rloo: rlooMethod(common).loss,
};

/** The last tokens of toy rows as answers; their probabilities have moved since they were sampled. */
function toyAnswers(): LearnedAnswers {
  const toy = toyRows(rows, { types: false });
  const { input_ids: { data, shape: [, longest] } } = toy.feedsOf([...Array(rows).keys()]);
  return {
    groups: Array.from({ length: rows }, (_, row) => [row]),
    maxNewTokens: 4,
    of(row) {
      const ids = Int32Array.from(data.slice(row * longest, row * longest + toy.lengths[row]));
      const length = Math.min(ids.length - 1, 1 + row % 4);
      const logProbs = (least: number) =>
        Float32Array.from({ length }, (_, at) => least - 0.1 * ((3 * row + at) % 5));
      return {
        ids,
        length,
        oldLogProbs: logProbs(-2.7),
        referenceLogProbs: logProbs(-2.9),
        advantage: [1.5, -0.75, 0.5, -1, 0.25][row],
        counts: row !== 2,
      };
    },
  };
}

function trainableWith(loss: PolicyLoss, pieces = 1) {
  const model = toyLanguageModel({ modelType: "gpt2", layers: 1 });
  const objective = policyObjective(
    loss,
    { answers: toyAnswers(), vocabSize: toyVocabulary, afterVirtualTokens: false },
    pieces,
  );
  return { model, adapter: attachTo(model, lora({ rank: 2 })), objective };
}

for (const [name, loss] of Object.entries(losses)) {
  Deno.test(`the gradients of ${name} are those of finite differences`, async () => {
    const checked = await checkGradients(trainableWith(loss, 2), { rows });
    assert.ok(checked.length > 0);
  });
}

Deno.test("pieces change neither loss nor gradients", async () => {
  const device = await openDevice("cpu");
  const toy = toyRows(rows, { types: false });
  const batch = toy.feedsOf([...Array(rows).keys()]);
  for (const loss of [losses.gspo, losses.dapo]) {
    const found = [];
    for (const pieces of [1, 3]) {
      const trainable = trainableWith(loss, pieces);
      const run = await gradientRun(trainable, device, batch, {});
      const start = initialParameters(trainable, 1);
      const values = new Map(
        [...start].map(([path, all]) => [path, all.map((x, i) => x || 0.1 * Math.sin(i))]),
      );
      found.push({ loss: await run.lossAt(values), gradients: await run.gradientsAt(values) });
      await run.dispose();
    }
    const [whole, cut] = found;
    assert.ok(Math.abs(whole.loss - cut.loss) < 1e-6);
    for (const [path, gradient] of whole.gradients) {
      gradient.forEach((each, at) =>
        assert.ok(Math.abs(each - cut.gradients.get(path)![at]) < 1e-6)
      );
    }
  }
});
