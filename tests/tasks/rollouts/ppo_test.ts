import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import {
  type HostTensor,
  openDevice,
  ops,
  type Program,
  type Step,
  type Tensor,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import {
  generalizedAdvantages,
  whitened,
} from "../../../lib/tasks/rollouts/generalized_advantages.ts";
import { adaptiveKl, fixedKl } from "../../../lib/tasks/rollouts/kl_controller.ts";
import { ppoLoss } from "../../../lib/tasks/rollouts/ppo_loss.ts";
import { type KlEstimator, tokenRewards } from "../../../lib/tasks/rollouts/token_rewards.ts";
import { valueHead } from "../../../lib/tasks/rollouts/value_head.ts";
import golden from "../../golden/ppo.json" with { type: "json" };
import { largestDifference } from "../../models/golden.ts";

const { settings: { kl_coef, gamma, lam, cliprange, cliprange_value, vf_coef }, lengths } = golden;
const longest = Math.max(...lengths);
/** How many states of each answer have a value: the one behind its last token, too, unless it was cut. */
const states = lengths.map((length) => Math.min(length + 1, longest));
const lossOptions = { clip: cliprange, valueClip: cliprange_value, valueWeight: vf_coef };

function experience(estimator: KlEstimator, whitenRewards: boolean) {
  const rewards = golden.scores.map((score, i) =>
    tokenRewards({
      score,
      logProbs: golden.logProbs[i],
      referenceLogProbs: golden.referenceLogProbs[i],
      hasEndState: states[i] > lengths[i],
    }, { klWeight: kl_coef, estimator })
  );
  const used = whitenRewards ? whitened(rewards, { keepMean: true }) : rewards;
  const each = used.map((own, i) =>
    generalizedAdvantages(own, golden.values[i], { gamma, lambda: lam })
  );
  return {
    rewards,
    returns: each.map(({ returns }) => returns),
    advantages: whitened(each.map(({ advantages }, i) => advantages.slice(0, lengths[i]))),
  };
}

for (const { estimator, whitenRewards, ...wanted } of golden.experience) {
  const name = `${estimator}${whitenRewards ? ", whitened" : ""}`;
  Deno.test(`rewards of tokens, returns and advantages are those of TRL: ${name}`, () => {
    const found = experience(estimator as KlEstimator, whitenRewards);
    for (const key of ["rewards", "returns", "advantages"] as const) {
      assert.deepEqual(found[key].map((row) => row.length), wanted[key].map((row) => row.length));
      // TRL computes in float32, with numbers up to 3.
      const apart = largestDifference(found[key].flat(), wanted[key].flat());
      assert.ok(apart < 2e-6, `${key} differ by ${apart}`);
    }
  });
}

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

Deno.test("weights of the KL divergence are those of TRL's controllers", () => {
  const { divergences, weights } = golden.controllers;
  const controllers = [adaptiveKl({ initial: 0.2, target: 6, horizon: 10000 }), fixedKl(0.2)];
  let present = controllers.map(({ initial }) => initial);
  const found = divergences.map((divergence) =>
    present = controllers.map(({ next }, i) => next(present[i], divergence, 256))
  );
  assert.ok(largestDifference(found.flat(), weights.flat()) < 1e-15);
});

const hiddenSize = golden.start.value.length;
const vocabSize = golden.start.output.length / hiddenSize;
const head = valueHead(hiddenSize);
/** Name in the program → name in the golden file. */
const names = {
  table: "table",
  output: "output",
  "value.weight": "value",
  "value.bias": "bias",
} as const;
const shapes: Record<keyof typeof names, number[]> = {
  table: [vocabSize, hiddenSize],
  output: [hiddenSize, vocabSize],
  "value.weight": [hiddenSize],
  "value.bias": [],
};
const parameterNames = Object.keys(names) as (keyof typeof names)[];
const float = (shape: readonly number[], numbers: Iterable<number>): HostTensor => ({
  shape,
  data: Float32Array.from(numbers),
});
type Values = Record<string, ArrayLike<number>>;
const start: Values = Object.fromEntries(
  parameterNames.map((name) => [name, golden.start[names[name]]]),
);
const parameterFeeds = (values: Values) =>
  Object.fromEntries(
    parameterNames.map((name) => [name, float(shapes[name], Array.from(values[name]))]),
  );

/** All answers as rows of the longest one; what is behind them does not count. */
function rolloutFeeds(): Record<string, HostTensor> {
  const { returns, advantages } = experience("k1", false);
  const padded = (rows: readonly (readonly number[])[]) =>
    float(
      [lengths.length * longest],
      rows.flatMap((row) => [...row, ...Array(longest - row.length).fill(9)]),
    );
  const ones = (counts: readonly number[]) =>
    float(
      [lengths.length * longest],
      counts.flatMap((count) => Array.from({ length: longest }, (_, at) => at < count ? 1 : 0)),
    );
  const sum = (counts: readonly number[]) =>
    float([], [counts.reduce((sum, each) => sum + each, 0)]);
  const ids = (from: number) => ({
    shape: [lengths.length * longest],
    data: Int32Array.from(golden.tokens.flatMap((row) => row.slice(from, from + longest))),
  });
  return {
    before: ids(0),
    taken: ids(1),
    oldLogProbs: padded(golden.logProbs),
    advantages: padded(advantages),
    tokenWeights: ones(lengths),
    oldValues: padded(golden.values),
    returns: padded(returns),
    stateWeights: ones(states),
    tokens: sum(lengths),
    states: sum(states),
  };
}

const feeds = rolloutFeeds();

const gradientOf = (name: string) => `gradient of ${name}`;

/** A policy that looks at the token before, and its value function. */
const program: Program = {
  name: "ppo",
  inputs: {
    ...Object.fromEntries(
      parameterNames.map((name) =>
        [name, { role: "feed", type: "float32", shape: shapes[name] }] as const
      ),
    ),
    ...Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) =>
        [
          name,
          { role: "feed", type: data instanceof Int32Array ? "int32" : "float32", shape },
        ] as const
      ),
    ),
  },
  compute(inputs) {
    const loss = (): Tensor => {
      const hidden = tf.tanh(tf.gather(inputs.table, inputs.before as never));
      const logits = tf.matMul(hidden as never, inputs.output as never);
      const logProbs = tf.neg(ops.classCrossEntropy(logits, inputs.taken));
      return ppoLoss(
        { logProbs, values: head.values(hidden, inputs) },
        inputs as never,
        lossOptions,
      );
    };
    const { value, gradients } = valueAndGradients(
      loss,
      Object.fromEntries(parameterNames.map((name) => [name, inputs[name]])),
    );
    const named = Object.entries(gradients).map(([name, each]) => [gradientOf(name), each]);
    return { loss: value, ...Object.fromEntries(named) };
  },
};

async function compiled(device = "cpu"): Promise<Step> {
  return await (await openDevice(device)).compile(program, { frozen: () => new Float32Array() });
}

const run = async (step: Step, values: Values) =>
  await step.run({ ...feeds, ...parameterFeeds(values) });

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`the loss and its gradients are those of TRL on ${device}`, async () => {
    const step = await compiled(device);
    const results = await run(step, start);
    assert.ok(Math.abs(Number(results.loss.data[0]) - golden.losses[0].loss) < 1e-6);
    for (const name of parameterNames) {
      const apart = largestDifference(
        results[gradientOf(name)].data as Float32Array,
        golden.gradients[names[name]],
      );
      assert.ok(apart < 1e-6, `${name}: ${apart}`); // roundings of float32, gradients up to 0.3
    }
    await step.dispose();
  });
}

Deno.test("50 steps of PPO with its value function are those of TRL", async () => {
  const step = await compiled();
  const values: Record<string, Float32Array> = Object.fromEntries(
    parameterNames.map((name) => [name, Float32Array.from(start[name])]),
  );
  const losses: number[] = [];
  for (let at = 0; at < golden.losses.length; at++) {
    const results = await run(step, values);
    losses.push(Number(results.loss.data[0]));
    for (const name of parameterNames) {
      const gradient = results[gradientOf(name)].data;
      values[name] = values[name].map((each, i) =>
        each - golden.learningRate * Number(gradient[i])
      );
    }
  }
  await step.dispose();
  // Roundings of float32 that fifty steps enlarge; losses fall from 0.95 to 0.49.
  assert.ok(largestDifference(losses, golden.losses.map(({ loss }) => loss)) < 1e-4);
  for (const name of parameterNames) {
    assert.ok(largestDifference(values[name], golden.end[names[name]]) < 1e-3, name);
  }
});

Deno.test("gradients of PPO's loss are finite differences", async () => {
  const step = await compiled();
  const lossAt = async (values: Values) => Number((await run(step, values)).loss.data[0]);
  const gradients = await run(step, start);
  const random = Random.fromSeed(3, "direction");
  for (const name of parameterNames) {
    // Along a random direction; short, because of the kinks where something is clipped.
    const direction = Array.from(start[name], () => random.normal());
    const along = (size: number) => ({
      ...start,
      [name]: Array.from(start[name], (each, i) => each + size * direction[i]),
    });
    const size = 1e-3;
    const wanted = (await lossAt(along(size)) - await lossAt(along(-size))) / (2 * size);
    const found = direction.reduce(
      (sum, each, i) => sum + each * Number(gradients[gradientOf(name)].data[i]),
      0,
    );
    // A loss near 1 is rounded by 6e-8, and the difference by 6e-5.
    assert.ok(Math.abs(found - wanted) < 3e-4, `${name}: ${found} and ${wanted}`);
  }
  await step.dispose();
});

Deno.test("what does not count changes nothing, whatever it is", async () => {
  const step = await compiled();
  const base = Number((await run(step, start)).loss.data[0]);
  const extreme = (name: string, weights: string) => {
    const data = Float32Array.from(
      feeds[name].data as Float32Array,
      (each, i) => feeds[weights].data[i] === 1 ? each : -1e4,
    );
    return { [name]: { ...feeds[name], data } };
  };
  const results = await step.run({
    ...feeds,
    ...parameterFeeds(start),
    ...extreme("oldLogProbs", "tokenWeights"),
    ...extreme("oldValues", "stateWeights"),
    ...extreme("returns", "stateWeights"),
  });
  assert.ok(Math.abs(Number(results.loss.data[0]) - base) < 1e-6);
  assert.ok(Array.from(results[gradientOf("table")].data as Float32Array).every(Number.isFinite));
  await step.dispose();
});

Deno.test("a value head starts small, and its bias at 0", () => {
  const large = valueHead(4000);
  const [row, offset] = large.parameters.map(({ initial }) => initial(Random.fromSeed(1, "value")));
  const deviation = Math.sqrt(row.reduce((sum, each) => sum + each ** 2, 0) / row.length);
  assert.ok(Math.abs(deviation * Math.sqrt(4001) - 1) < 0.05);
  assert.deepEqual([...offset], [0]);
});
