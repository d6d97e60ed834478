import assert from "node:assert/strict";
import { lora } from "../../../lib/adapters/lora.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import {
  type AnswersLoss,
  answersObjective,
} from "../../../lib/tasks/rollouts/answers_objective.ts";
import { keptLoss } from "../../../lib/tasks/rollouts/kept_loss.ts";
import type { LearnedAnswers } from "../../../lib/tasks/rollouts/learned_answer.ts";
import { pairsLoss } from "../../../lib/tasks/rollouts/pairs_loss.ts";
import { bestAndWorst, keptOf, lessPenalty } from "../../../lib/tasks/rollouts/selected_answers.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { gradientRun } from "../../nn/run_trainable_model.ts";
import { toyLanguageModel, toyRows, toyVocabulary } from "../../nn/toy.ts";

Deno.test("of a group the best and the worst answer are a pair, unless all are worth the same", () => {
  assert.deepEqual(bestAndWorst([1, 3, 2, 0.3, 0.1 + 0.2, 0.3], 3), [-1, 1, 0, 0, 0, 0]);
  assert.deepEqual(bestAndWorst([NaN, 3, 2, NaN, NaN, 1], 3), [0, 1, -1, 0, 0, 0]);
  assert.deepEqual(bestAndWorst([2, 2, 1, 1], 4), [1, 0, -1, 0]);
});

Deno.test("answers are kept by prompt, by share or by reward", () => {
  const rewards = [1, 3, NaN, 5, 4, 4];
  assert.deepEqual(keptOf(rewards, 3, { best: 1 }), [0, 1, 0, 1, 0, 0]);
  assert.deepEqual(keptOf(rewards, 3, { best: 2 }), [1, 1, 0, 1, 1, 0]);
  assert.deepEqual(keptOf(rewards, 3, { best: 2, leastReward: 2 }), [0, 1, 0, 1, 1, 0]);
  assert.deepEqual(keptOf(rewards, 3, { topShare: 0.4 }), [0, 0, 0, 1, 1, 1]);
  assert.deepEqual(keptOf(rewards, 3, { topShare: 1 }), [1, 1, 0, 1, 1, 1]);
  assert.deepEqual(keptOf(rewards, 3, { leastReward: 6 }), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(lessPenalty([1, 2], [{ finished: true }, { finished: false }], 0.5), [1, 1.5]);
});

const rows = 6;
const losses: Readonly<Record<string, AnswersLoss>> = {
  sigmoid: pairsLoss({ loss: "sigmoid", beta: 0.3 }),
  ipo: pairsLoss({ loss: "ipo", beta: 0.4 }),
  "kept answers": keptLoss,
};

/** The last tokens of toy rows as answers; the third prompt, or pair, counts nothing. */
function toyAnswers(together: number): LearnedAnswers {
  const toy = toyRows(rows, { types: false });
  const { input_ids: { data, shape: [, longest] } } = toy.feedsOf([...Array(rows).keys()]);
  const prompts = rows / together;
  return {
    groups: Array.from(
      { length: prompts },
      (_, prompt) => Array.from({ length: together }, (_, at) => prompt * together + at),
    ),
    maxNewTokens: 4,
    of(row) {
      const ids = Int32Array.from(data.slice(row * longest, row * longest + toy.lengths[row]));
      const length = Math.min(ids.length - 1, 1 + row % 4);
      const counts = Math.floor(row / together) !== 2;
      const logProbs = (least: number) =>
        Float32Array.from({ length }, (_, at) => least - 0.1 * ((3 * row + at) % 5));
      return {
        ...{ ids, length, counts },
        oldLogProbs: logProbs(-2.7),
        referenceLogProbs: logProbs(-2.9),
        advantage: counts ? together === 2 && row % 2 === 1 ? -1 : 1 : 0,
      };
    },
  };
}

function trainableWith(loss: AnswersLoss, pieces: number) {
  const model = toyLanguageModel({ modelType: "gpt2", layers: 1 });
  const answers = toyAnswers(loss.together ?? 1);
  const asked = { answers, vocabSize: toyVocabulary, afterVirtualTokens: false };
  const objective = answersObjective(loss, asked, pieces);
  // The helpers of these tests ask for rows, of which a prompt has several.
  const prompts = [...answers.groups.keys()];
  return {
    model,
    adapter: attachTo(model, lora({ rank: 2 })),
    objective: {
      ...objective,
      weightOf: () => objective.weightOf(prompts),
      targetsOf: (_: ArrayLike<number>, normaliser: number) =>
        objective.targetsOf(prompts, normaliser),
    },
  };
}

for (const [name, loss] of Object.entries(losses)) {
  Deno.test(`the gradients of ${name} are those of finite differences, in any pieces`, async () => {
    const checked = await checkGradients(trainableWith(loss, 2), { rows });
    assert.ok(checked.length > 0);
    const device = await openDevice("cpu");
    const toy = toyRows(rows, { types: false });
    const batch = toy.feedsOf([...Array(rows).keys()]);
    const found: number[] = [];
    for (const pieces of [1, 3]) {
      const trainable = trainableWith(loss, pieces);
      const run = await gradientRun(trainable, device, batch, {});
      const start = initialParameters(trainable, 1);
      found.push(
        await run.lossAt(
          new Map([...start].map(([path, all]) => [path, all.map((x, i) => x || Math.sin(i) / 9)])),
        ),
      );
      await run.dispose();
    }
    assert.ok(found[0] > 0 && Math.abs(found[0] / found[1] - 1) < 2e-6, found.join());
  });
}
