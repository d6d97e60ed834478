import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { batchFeeds } from "../../../lib/data/feeds.ts";
import { openDevice, tf } from "../../../lib/engine/mod.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { attachTo, textConfig } from "../../../lib/nn/model.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import { cpoLosses } from "../../../lib/tasks/cpo/losses.ts";
import { dpoLosses } from "../../../lib/tasks/dpo/losses.ts";
import { judgedObjective } from "../../../lib/tasks/kto/judged_objective.ts";
import { logOdds } from "../../../lib/tasks/orpo/log_odds.ts";
import { answerSums } from "../../../lib/tasks/preference/answer_sums.ts";
import { negativeLogSigmoid, type PairLoss } from "../../../lib/tasks/preference/pair_loss.ts";
import { pairObjective } from "../../../lib/tasks/preference/pair_objective.ts";
import { rewardObjective } from "../../../lib/tasks/reward_model/reward_objective.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { checkRun } from "../../nn/check_gradients.ts";
import { stepOver } from "../../nn/packed_run.ts";
import { gradientRun } from "../../nn/run_trainable_model.ts";
import { toyLanguageModel, toyModel } from "../../nn/toy.ts";
import { overAll, toyAnswers, toyPairs, toyReference } from "./toy_answers.ts";

const vocabSize = textConfig(toyLanguageModel({ modelType: "llama" })).vocabSize;
const lowReference = toyReference.map((each) => each - 6);
const settings = { beta: 0.3, labelSmoothing: 0.1 };

function ofPairs(of: PairLoss["of"], more: Partial<PairLoss> = {}): Objective {
  return pairObjective({
    loss: { name: "toy", usesReference: true, of, rewardOf: () => 0, ...more },
    sequences: toyAnswers,
    pairs: toyPairs,
    vocabSize,
    reference: toyReference,
  });
}

const objectives: Readonly<Record<string, Objective>> = {
  ...Object.fromEntries(
    Object.entries(dpoLosses).map(([name, loss]) => [
      `dpo ${name}`,
      ofPairs((numbers) => {
        const ratios = {
          chosen: tf.sub(numbers.chosen, numbers.chosenReference),
          rejected: tf.sub(numbers.rejected, numbers.rejectedReference),
        };
        return loss(ratios, numbers, settings);
      }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(cpoLosses).map(([name, loss]) => [
      `cpo ${name}`,
      ofPairs((numbers) => loss(numbers, settings), { likelihood: { weight: 0.5, of: "answer" } }),
    ]),
  ),
  orpo: ofPairs(
    ({ chosen, rejected, chosenTokens, rejectedTokens }) =>
      negativeLogSigmoid(
        tf.sub(logOdds(tf.div(chosen, chosenTokens)), logOdds(tf.div(rejected, rejectedTokens))),
      ),
    { likelihood: { weight: 1, of: "text" } },
  ),
};

function judged(groups: readonly (readonly [number, number?])[]): Objective {
  return judgedObjective({
    name: "toy",
    sequences: toyAnswers,
    groups,
    isGood: groups.map((_, at) => at % 2 === 0),
    beta: 0.3,
    desirableWeight: 1.5,
    undesirableWeight: 0.75,
    vocabSize,
    // Low enough for a divergence above 0.
    reference: lowReference,
  });
}

async function check(
  objective: Objective,
  groups: number,
  method: Method,
  head: "language" | "classification",
) {
  const model = head === "language"
    ? toyLanguageModel({ modelType: "llama", isTied: false })
    : toyModel({ modelType: "llama", outputs: 1 });
  const adapter = attachTo(model, method);
  const trainable = { model, adapter, objective: overAll(objective, groups) };
  const rows = toyAnswers.map((_, row) => row);
  const batch = batchFeeds(toyAnswers, rows, { padId: textConfig(model).padId, usesTypes: false });
  const run = await gradientRun(trainable, await openDevice("cpu"), batch);
  return await checkRun(run, initialParameters(trainable, 1));
}

const adapted = () => lora({ rank: 2, targets: ["q_proj"] });

for (const [name, objective] of Object.entries(objectives)) {
  Deno.test(`the gradients of ${name} are those of finite differences`, async () => {
    const paths = await check(objective, toyPairs.length, adapted(), "language");
    assert.equal(paths.length, 2, paths.join());
  });
}

Deno.test("so are those of good and bad answers without others to compare with", async () => {
  const groups = toyAnswers.map((_, at) => [at] as const);
  assert.equal((await check(judged(groups), groups.length, adapted(), "language")).length, 2);
});

Deno.test("so are those of a reward, and of all weights", async () => {
  const reward = rewardObjective({ margins: [0.5, 0, 1], centeringCoefficient: 0.05 });
  assert.ok((await check(reward, 3, adapted(), "classification")).length >= 3);
  const paths = await check(objectives["dpo sigmoid"], 3, full(), "language");
  assert.ok(paths.includes("lm_head.weight"), paths.join());
});

Deno.test("the divergence of kto takes no gradient", async () => {
  const device = await openDevice("cpu");
  const model = toyLanguageModel({ modelType: "llama", isTied: false });
  const step = async (objective: Objective) => {
    const own = overAll(objective, toyPairs.length);
    const trainable = { model, adapter: attachTo(model, adapted()), objective: own };
    return await stepOver(trainable, device, toyAnswers);
  };
  const objective = judged(toyPairs);
  const found = await step(objective);
  const { loss: meanOfOthers } = await step(ofPairs(({ rejected }) => rejected));
  const before = toyPairs.reduce((sum, [, other]) => sum + lowReference[other], 0) /
    toyPairs.length;
  const divergence = meanOfOthers - before;
  assert.ok(divergence > 0.1, `${divergence}`);
  const withNumber = await step({
    ...objective,
    loss(sums, { own_rows, own_reference, signs, answer_shares, normaliser }) {
      const own = tf.gather(tf.reshape(sums, [-1]), own_rows as never);
      const compared = tf.sub(tf.sub(own, own_reference), divergence);
      const liked = tf.sigmoid(tf.mul(tf.mul(compared, signs), 0.3));
      return tf.div(tf.sum(tf.mul(tf.sub(1, liked), answer_shares)), normaliser);
    },
  });
  assert.ok(Math.abs(found.loss - withNumber.loss) < 1e-6, `${found.loss}, ${withNumber.loss}`);
  for (const [path, numbers] of withNumber.gradients) {
    const own = found.gradients.get(path)!;
    const off = Math.max(...numbers.map((each, at) => Math.abs(each - own[at])));
    assert.ok(off < 1e-6, `${path} is off by ${off}`);
  }
});

Deno.test("pieces of the answers' tokens train as all of them do", async () => {
  const model = toyLanguageModel({ modelType: "llama", layers: 2 });
  for (const method of [full(), lora({ rank: 2 }), adapted()]) {
    for (const name of ["cpu", "tfjs:cpu"]) {
      const device = await openDevice(name);
      const inPieces = async (pieces: number) => {
        const given = { sequences: toyAnswers, groups: toyPairs, vocabSize };
        const objective = { ...objectives["dpo ipo"], sums: answerSums(given, pieces) };
        const adapter = attachTo(model, method);
        const trainable = { model, adapter, objective: overAll(objective, toyPairs.length) };
        return await stepOver(trainable, device, toyAnswers);
      };
      const whole = await inPieces(1);
      for (const pieces of [3, 40]) {
        const found = await inPieces(pieces);
        assert.ok(Math.abs(found.loss - whole.loss) < 1e-5);
        for (const [path, numbers] of whole.gradients) {
          const own = found.gradients.get(path)!;
          const off = Math.max(...numbers.map((each, at) => Math.abs(each - own[at])));
          assert.ok(off < 2e-5, `${path} is off by ${off} on ${name}`);
        }
      }
    }
  }
});
