import assert from "node:assert/strict";
import { ppo, type PpoOptions } from "tunebook";
import type { Objective } from "../../../lib/nn/objective.ts";
import { ppoMethod } from "../../../lib/tasks/ppo.ts";
import {
  generalizedAdvantages,
  whitened,
} from "../../../lib/tasks/rollouts/generalized_advantages.ts";
import { adaptiveKl, fixedKl } from "../../../lib/tasks/rollouts/kl_controller.ts";
import { tokenEstimates } from "../../../lib/tasks/rollouts/token_estimates.ts";
import { tokenRewards } from "../../../lib/tasks/rollouts/token_rewards.ts";
import golden from "../../golden/ppo.json" with { type: "json" };
import stored from "../../golden/rollouts.json" with { type: "json" };
import { largestDifference } from "../../models/golden.ts";
import { runStored } from "./stored_run.ts";

/** The same loss with the golden start of its value head. */
function fromGolden(objective: Objective): Objective {
  const [weight, bias] = objective.parameters!;
  return {
    ...objective,
    parameters: [{ ...weight, initial: () => Float32Array.from(golden.start) }, bias],
    forBatches: (batches) => fromGolden(objective.forBatches!(batches)),
  };
}

/** Fifty steps of Adam enlarge the rounding of float32; losses and log probabilities are of the size 0.1 to 10. */
const tolerance = 1e-3;

for (const [name, { options, ...wanted }] of Object.entries(golden.cases)) {
  Deno.test(`50 steps of PPO are those of TRL: ${name}`, async () => {
    const method = ppoMethod({
      ...{ prompt: "asked", rewards: () => 0, groupSize: 3, maxNewTokens: stored.most },
      ...options as Partial<PpoOptions>,
    });
    const epochs = wanted.losses.length / method.updates;
    const run = await runStored(method, stored, {
      train: { epochs, batchSize: 4, learningRate: 1e-3, maxGradientNorm: 1 },
      from: fromGolden,
    });
    const { result, rows, learned, norms } = run;
    const series = (of: string, name: string) =>
      rows.record()[of].map(({ values }) => values[name]);
    const found = {
      losses: result.losses,
      norms,
      valueLosses: series("value loss", "mean"),
      explained: series("explained variance", "share"),
      clipped: series("ratios clipped", "share"),
      weights: series("weight of the divergence", "weight")
        .filter((_, step) => step % method.updates === 0),
    };
    for (const [key, own] of Object.entries(found)) {
      const apart = largestDifference(own, wanted[key as keyof typeof found]);
      assert.ok(apart < tolerance, `${key} differ by ${apart}`);
    }
    wanted.rollouts.forEach((each, rollout) => {
      const own = learned[rollout * method.updates].map(({ estimates }) => estimates!);
      for (const key of ["oldValues", "returns", "advantages"] as const) {
        const apart = Math.max(
          ...own.map((answer, at) => largestDifference(answer[key], each[key][at])),
        );
        assert.ok(apart < tolerance, `${key} of rollout ${rollout} differ by ${apart}`);
      }
    });
    const after = await run.logProbsAfter(stored.rollouts[0]);
    const apart = Math.max(...after.map((each, at) => largestDifference(each, wanted.after[at])));
    assert.ok(apart < tolerance, `log probabilities after the training differ by ${apart}`);
    result.state.dispose();
  });
}

Deno.test("weights of the KL divergence are those of TRL's controllers", () => {
  const { divergences, weights } = golden.controllers;
  const controllers = [adaptiveKl({ initial: 0.2, target: 6, horizon: 10000 }), fixedKl(0.2)];
  let present = controllers.map(({ initial }) => initial);
  const found = divergences.map((divergence) =>
    present = controllers.map(({ next }, i) => next(present[i], divergence, 256))
  );
  assert.ok(largestDifference(found.flat(), weights.flat()) < 1e-15);
});

Deno.test("advantages that look one step ahead are errors of values, and to the end sums of rewards", () => {
  const rewards = [1, -2, 4], values = [0.5, 1, -1];
  const near = generalizedAdvantages(rewards, values, { gamma: 0.5, lambda: 0 });
  assert.deepEqual(near.advantages, [1 + 0.5 - 0.5, -2 - 0.5 - 1, 4 + 1]);
  const far = generalizedAdvantages(rewards, values, { gamma: 1, lambda: 1 });
  assert.deepEqual(far.returns, [3, 2, 4]);
  assert.deepEqual(generalizedAdvantages([], [], { gamma: 1, lambda: 1 }).returns, []);
});

Deno.test("numbers without a spread stay finite when they are whitened", () => {
  assert.deepEqual(whitened([[2, 2], [2]]), [[0, 0], [0]]);
  assert.deepEqual(whitened([[2]], { keepMean: true }), [[2]]);
});

Deno.test("Schulman's estimate costs what it is, whichever side is likelier", () => {
  const answer = {
    score: 2,
    logProbs: [-1, -1],
    referenceLogProbs: [-1 - Math.LN2, -1 + Math.LN2],
  };
  const found = tokenRewards(answer, { klWeight: 0.5, estimator: "k3" });
  // e^x − 1 − x for x = ∓ln 2
  assert.ok(Math.abs(found[0] + 0.5 * (0.5 - 1 + Math.LN2)) < 1e-12);
  assert.ok(Math.abs(found[1] - 2 + 0.5 * (2 - 1 - Math.LN2)) < 1e-12);
});

Deno.test("an answer that does not count changes no other, and nothing is learned of it", () => {
  const answer = (score: number, counts: boolean) => ({
    ...{ score, counts, values: Float32Array.of(0.5, -0.5) },
    ...{ logProbs: [-1, -2], referenceLogProbs: [-1.5, -1.5] },
  });
  const how = {
    estimator: "k1",
    ...{ klWeight: 0.1, gamma: 1, lambda: 0.9 },
    ...{ whitenAdvantages: true, whitenRewards: true },
  } as const;
  const [first, last] = [answer(1, true), answer(-3, true)];
  const found = tokenEstimates([first, answer(NaN, false), last], how);
  assert.deepEqual([found[0], found[2]], tokenEstimates([first, last], how));
  assert.deepEqual([...found[1].advantages], [0, 0]);
  assert.deepEqual(found[1].returns, found[1].oldValues);
});

Deno.test("options of PPO that make no sense are told together", () => {
  const wrong = { prompt: "asked", rewards: () => 1, gamma: 2, kl: { weight: -1, targe: 3 } };
  assert.throws(() => ppo(wrong as never), (error: Error) => {
    assert.match(error.message, /gamma is 2, but must be a number in \[0, 1\]/);
    assert.match(error.message, /kl\.weight is -1, but must be a number from 0/);
    assert.match(error.message, /no option kl\.targe|no option targe/);
    return true;
  });
  const zero = { prompt: "asked", rewards: () => 1, kl: { weight: 0, target: 6 } };
  assert.throws(() => ppo(zero), /kl\.weight is 0, which no target makes more/);
});
