import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/mod.ts";
import { attachTo, textConfig } from "../../../lib/nn/model.ts";
import { head } from "../../../lib/adapters/head.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { batchFeeds } from "../../../lib/data/feeds.ts";
import { createPredictor } from "../../../lib/evaluate/predict.ts";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { initialState } from "../../../lib/train/initial_state.ts";
import { nextTokenObjective } from "../../../lib/tasks/shared/next_token_objective.ts";
import { isMistake } from "../../is_mistake.ts";
import { gradientRun, logitsOf } from "../../nn/run_trainable_model.ts";
import { toyLanguageModel, toyModel, toyRows } from "../../nn/toy.ts";

const texts = [{ ids: [4, 5, 6, 7], counts: [1, 0, 1, 1] }, { ids: [8, 9] }];

Deno.test("a token stands where the one before it predicts it, and first tokens count nowhere", () => {
  const objective = nextTokenObjective({ texts, vocabSize: 20 });
  assert.equal(objective.weightOf([0, 1]), 3);
  const { next_tokens, next_weights, normaliser } = objective.targetsOf([1, 0], 3);
  assert.deepEqual(next_tokens.shape, [2, 4]);
  assert.deepEqual([...next_tokens.data], [9, 0, 0, 0, 5, 6, 7, 0]);
  assert.deepEqual([...next_weights.data], [1, 0, 0, 0, 0, 1, 1, 0]);
  assert.deepEqual([...normaliser.data], [3]);
  const packed = objective.targetsOf([1, 0], 3, {
    layout: { rows: 1, length: 6, starts: Int32Array.of(4, 0) },
  });
  assert.deepEqual([...packed.next_tokens.data], [5, 6, 7, 0, 9, 0]);
  assert.deepEqual([...packed.next_weights.data], [0, 1, 1, 0, 1, 0]);
});

Deno.test("evaluation asks each row's mean loss, and 0 of a row of one token", async () => {
  const model = toyLanguageModel({ modelType: "gpt2" });
  const rows = [[4, 5, 6, 7], [8, 9], [3]].map((ids) => Int32Array.from(ids));
  const lengths = rows.map(({ length }) => length);
  const { vocabSize } = textConfig(model);
  const objective = nextTokenObjective({
    texts: rows.map((ids) => ({ ids })),
    vocabSize,
  });
  const trainable = { model, adapter: attachTo(model, lora()), objective };
  const device = await openDevice("cpu");
  const feedsOf = (chosen: ArrayLike<number>) => {
    const examples = rows.map((ids, row) => ({ ids, row }));
    return batchFeeds(examples, chosen, { padId: 0, usesTypes: false });
  };
  const state = await initialState(trainable, device, { accumulate: 1, seed: 1 });
  const predictor = await createPredictor(trainable, device, state);
  const found = await predictor.outputs({ lengths, feedsOf });
  for (const row of [0, 1]) {
    const { data } = await logitsOf(
      trainable,
      device,
      feedsOf([row]),
      await state.read(parameters),
    );
    const losses = Array.from({ length: lengths[row] - 1 }, (_, at) => {
      const scores = [...data.subarray(at * vocabSize, (at + 1) * vocabSize)].map(Number);
      const sum = scores.reduce((total, each) => total + Math.exp(each), 0);
      return Math.log(sum) - scores[rows[row][at + 1]];
    });
    const mean = losses.reduce((sum, each) => sum + each) / losses.length;
    assert.ok(Math.abs(found[row][0] - mean) < 1e-5, `${found[row][0]}, not ${mean}`);
  }
  assert.equal(found[2][0], 0);
  const each = {
    ...trainable,
    objective: nextTokenObjective({ texts, vocabSize, perToken: true }),
  };
  const ofTokens = await createPredictor(each, device, state);
  const numbers = await ofTokens.outputs({ lengths, feedsOf });
  assert.deepEqual(numbers.map(({ length }) => length), [8, 4, 2]);
  for (const row of [0, 1]) {
    const losses = numbers[row].filter((_, i) => i % 2 === 0);
    const mean = losses.reduce((sum, loss) => sum + loss) / (lengths[row] - 1);
    assert.ok(Math.abs(mean - found[row][0]) < 1e-5, `${mean}, not ${found[row][0]}`);
    const { data } = await logitsOf(
      trainable,
      device,
      feedsOf([row]),
      await state.read(parameters),
    );
    for (let at = 1; at < lengths[row]; at++) {
      const scores = data.subarray((at - 1) * vocabSize, at * vocabSize) as Float32Array;
      const lead = scores[rows[row][at]] - Math.max(...scores);
      assert.ok(Math.abs(numbers[row][2 * at + 1] - lead) < 1e-6);
    }
  }
  await ofTokens.dispose();
  const alone = await predictor.outputs({ lengths, feedsOf }, { chosen: [2] });
  assert.deepEqual(alone, [Float32Array.of(0)]);
  await predictor.dispose();
  state.dispose();
});

Deno.test("behind virtual tokens first tokens are predicted too, and count", async () => {
  const objective = nextTokenObjective({ texts, vocabSize: 20, afterVirtualTokens: true });
  assert.equal(objective.weightOf([0, 1]), 5);
  const { next_tokens, next_weights } = objective.targetsOf([1, 0], 5);
  assert.deepEqual([...next_tokens.data], [8, 9, 0, 0, 4, 5, 6, 7]);
  assert.deepEqual([...next_weights.data], [1, 1, 0, 0, 1, 0, 1, 1]);

  const model = toyLanguageModel({ modelType: "gpt2" });
  const trainable = { model, adapter: attachTo(model, lora({ rank: 1 })), objective };
  await assert.rejects(
    async () => await gradientRun(trainable, await openDevice("cpu"), toyRows(2).feedsOf([0, 1])),
    isMistake("input", "the method puts no virtual tokens before the texts"),
  );
});

Deno.test("counts of another length and a family without a language head are errors", async () => {
  assert.throws(
    () => nextTokenObjective({ texts: [{ ids: [1, 2], counts: [1] }], vocabSize: 3 }),
    isMistake("input", "text 0 has 2 tokens, but 1 counts"),
  );
  const model = toyModel();
  const objective = nextTokenObjective({ texts, vocabSize: 20 });
  const trainable = { model, adapter: attachTo(model, head()), objective };
  await assert.rejects(
    async () => await logitsOf(trainable, await openDevice("cpu"), toyRows(2).feedsOf([0, 1])),
    isMistake("unsupported", /bert models have no head "language"/),
  );
});
