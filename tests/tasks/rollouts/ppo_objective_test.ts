import assert from "node:assert/strict";
import { lora } from "../../../lib/adapters/lora.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { ppoMethod } from "../../../lib/tasks/ppo.ts";
import type { LearnedAnswers } from "../../../lib/tasks/rollouts/learned_answer.ts";
import { ppoObjective } from "../../../lib/tasks/rollouts/ppo_objective.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { gradientRun } from "../../nn/run_trainable_model.ts";
import { toyLanguageModel, toyRows, toyVocabulary } from "../../nn/toy.ts";

const rows = 5;
const toy = toyRows(rows, { types: false });
const all = [...Array(rows).keys()];

/** The last tokens of toy rows as answers, with numbers that lie on both sides of what is clipped. */
function toyAnswers(): LearnedAnswers {
  const { input_ids: { data, shape: [, longest] } } = toy.feedsOf(all);
  return {
    groups: all.map((row) => [row]),
    maxNewTokens: 4,
    of(row) {
      const ids = Int32Array.from(data.slice(row * longest, row * longest + toy.lengths[row]));
      const length = Math.min(ids.length - 1, 1 + row % 4);
      const numbers = (of: (at: number) => number) =>
        Float32Array.from({ length }, (_, at) => of(at));
      return {
        ids,
        length,
        advantage: NaN, // each token has its own
        counts: row !== 2,
        oldLogProbs: numbers((at) => -2.7 - 0.1 * ((3 * row + at) % 5)),
        estimates: {
          advantages: numbers((at) => [1.5, -0.75, 0.5, -1][(row + at) % 4]),
          oldValues: numbers((at) => 0.3 * ((row + 2 * at) % 3 - 1)),
          returns: numbers((at) => 0.8 - 0.4 * ((2 * row + at) % 5)),
        },
      };
    },
  };
}

const { loss } = ppoMethod({ prompt: "asked", rewards: () => 0, temperature: 0.9 });

function trainableWith(pieces: number, valueWeight = 0.5) {
  const model = toyLanguageModel({ modelType: "gpt2", layers: 1 });
  const objective = ppoObjective(loss, {
    answers: toyAnswers(),
    values: { valueClip: 0.2, valueWeight },
    vocabSize: toyVocabulary,
    hiddenSize: model.config.hiddenSize,
    afterVirtualTokens: false,
  }, pieces);
  return { model, adapter: attachTo(model, lora({ rank: 2 })), objective };
}

Deno.test("the gradients of policy and value function are those of finite differences", async () => {
  const checked = await checkGradients(trainableWith(2), { rows });
  assert.ok(checked.includes("value.weight") && checked.includes("value.bias"));
  assert.ok(checked.some((path) => path.includes("lora")));
});

async function lossAndGradients(pieces: number, valueWeight?: number) {
  const trainable = trainableWith(pieces, valueWeight);
  const run = await gradientRun(trainable, await openDevice("cpu"), toy.feedsOf(all), {});
  const values = new Map(
    [...initialParameters(trainable, 1)]
      .map(([path, each]) => [path, each.map((x, i) => x || 0.1 * Math.sin(i + 1))]),
  );
  const found = { loss: await run.lossAt(values), gradients: await run.gradientsAt(values) };
  await run.dispose();
  return found;
}

Deno.test("pieces change neither loss nor gradients, and without a weight values move nothing", async () => {
  const whole = await lossAndGradients(1);
  const cut = await lossAndGradients(3);
  assert.ok(Math.abs(whole.loss - cut.loss) < 1e-6);
  for (const [path, gradient] of whole.gradients) {
    gradient.forEach((each, at) =>
      assert.ok(Math.abs(each - cut.gradients.get(path)![at]) < 1e-6, path)
    );
  }
  const without = await lossAndGradients(1, 0);
  assert.ok(Math.abs(whole.loss - without.loss) > 1e-3);
  for (const [path, gradient] of without.gradients) {
    assert.equal(gradient.every((each) => each === 0), path.startsWith("value."), path);
  }
});

Deno.test("larger batches are cut into as many pieces as the policy's", () => {
  const { objective } = trainableWith(1);
  const again = objective.forBatches!([all]);
  assert.equal(again.piecewise!.pieces, 1);
  assert.deepEqual(again.parameters!.map(({ name }) => name), ["value.weight", "value.bias"]);
});
