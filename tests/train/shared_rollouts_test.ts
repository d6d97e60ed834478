import assert from "node:assert/strict";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { grpoMethod } from "../../lib/tasks/grpo.ts";
import { ppoMethod } from "../../lib/tasks/ppo.ts";
import { goldenPath } from "../models/golden.ts";
import { memoryGroup } from "../parallel/memory_group.ts";
import { runStored } from "../tasks/rollouts/stored_run.ts";

/** Sums of float32 in another order. */
const tolerance = 1e-6;

const sampling = { prompt: "asked", rewards: () => 0, groupSize: 3, maxNewTokens: 6, updates: 2 };
const methods = {
  // Advantages over the deviation of all answers of a step.
  grpo: grpoMethod({ ...sampling, beta: 0.1, scale: "batch", loss: "dapo" }),
  ppo: ppoMethod({ ...sampling, kl: { weight: 0.2, target: 1, horizon: 60 } }),
};

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`two processes learn by ${name} what one learns, and have the same record`, async () => {
    const golden = JSON.parse(await Deno.readTextFile(goldenPath("rollouts.json")));
    const train = { epochs: 2, batchSize: 4, learningRate: 3e-3 };
    const run = async (processes?: ReturnType<typeof memoryGroup>[number]) => {
      const { result, rows, advantages } = await runStored(method, golden, {
        train,
        context: processes ? { processes } : {},
      });
      const values = await result.state.read(parameters);
      result.state.dispose();
      return { losses: result.losses, values, record: rows.record(), advantages };
    };
    const alone = await run();
    assert.ok(alone.losses.some((loss) => Math.abs(loss) > 1e-3));
    const both = await Promise.all(memoryGroup(2).map(run));
    assert.deepEqual(both[1], both[0]);
    for (const [step, loss] of alone.losses.entries()) {
      assert.ok(Math.abs(both[0].losses[step] - loss) < tolerance, `step ${step + 1}`);
    }
    for (const [path, values] of alone.values) {
      // Adam divides small differences by small numbers.
      values.forEach((value, at) =>
        assert.ok(Math.abs(both[0].values.get(path)![at] - value) < 100 * tolerance, path)
      );
    }
    for (const [step, own] of alone.advantages.entries()) {
      own.forEach((value, at) =>
        // PPO's depend on what the trained values expect.
        assert.ok(Math.abs(both[0].advantages[step][at] - value) < 100 * tolerance)
      );
    }
  });
}
