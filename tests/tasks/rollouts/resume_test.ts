import assert from "node:assert/strict";
import { join } from "node:path";
import { grpo, lora, model, ppo, type Reward, tableFromRows, type TunebookError } from "tunebook";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { ppoMethod } from "../../../lib/tasks/ppo.ts";
import { rlooMethod } from "../../../lib/tasks/rloo.ts";
import { goldenPath } from "../../models/golden.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { runStored } from "./stored_run.ts";

const rows = tableFromRows(
  reviews(12).map(({ text }, row) => ({
    asked: text.split(" ").slice(0, 2 + row % 2).join(" "),
    wanted: row % 2 ? "a" : "o",
  })),
);

/** How often the answer has the letter that the row wants. */
const letters = (
  { completion, row }: { completion: string; row: Readonly<Record<string, unknown>> },
) => completion.split(String(row.wanted)).length - 1;

const sampling = { prompt: "asked", groupSize: 3, maxNewTokens: 5 };
const settings = { epochs: 3, batchSize: 4, learningRate: 0.02, samples: 0 };

const tasks = {
  grpo: (rewards: Reward) => grpo({ ...sampling, rewards, updates: 2, beta: 0.1, loss: "grpo" }),
  // The weight of the divergence moves with every rollout.
  ppo: (rewards: Reward) =>
    ppo({ ...sampling, rewards, updates: 2, kl: { weight: 0.2, target: 1, horizon: 60 } }),
};

for (const [name, taskWith] of Object.entries(tasks)) {
  Deno.test(`a training by ${name} goes on to the same bits, samples included, wherever it was stopped`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "gpt2");
      const run = (checkpoints: string, stopAt: number, resume: boolean) => {
        const stop = new AbortController();
        let asked = 0;
        const rewards = (sample: Parameters<typeof letters>[0]) => {
          // In the middle of a rollout, or of the steps that learn from one.
          if (++asked === stopAt) stop.abort();
          return letters(sample);
        };
        return model(reference).data(rows, taskWith(rewards)).adapt(lora({ rank: 2 }))
          .train({ ...settings, checkpoints: join(folder, checkpoints), resume })
          .run({ ...quiet, signal: stop.signal });
      };
      const whole = await run("whole", -1, false);
      assert.equal(whole.losses.length, 3 * 3 * 2);
      for (const stopAt of [5, 12 * 3 + 1]) {
        const name = `stopped ${stopAt}`;
        const stopped = await run(name, stopAt, false).catch((error) => error);
        assert.equal((stopped as TunebookError).kind, "interrupted");
        const rest = await run(name, -1, true);
        assert.deepEqual(rest.losses, whole.losses);
        assert.deepEqual(rest.methodRecord, whole.methodRecord);
        const own = rest.rollouts!;
        assert.ok(own.length > 0);
        assert.deepEqual(own, whole.rollouts!.slice(-own.length));
        await rest.dispose();
      }
      await whole.dispose();
    }));
}

const methods = {
  rloo: rlooMethod({ ...sampling, rewards: letters, maxNewTokens: 6, updates: 3 }),
  ppo: ppoMethod({
    ...{ ...sampling, rewards: letters, maxNewTokens: 6, updates: 3 },
    kl: { weight: 0.2, target: 1, horizon: 60 },
  }),
};

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`a checkpoint between two steps of a rollout of ${name} keeps all that it learns from`, () =>
    inFolder(async (checkpoints) => {
      const golden = JSON.parse(await Deno.readTextFile(goldenPath("rollouts.json")));
      const train = { epochs: 3, batchSize: 4, learningRate: 3e-3 };
      const whole = await runStored(method, golden, { train });
      const stop = new AbortController();
      const stopped = await runStored(method, golden, {
        train: { ...train, checkpoints },
        context: { signal: stop.signal, onStep: ({ step }) => step === 4 && stop.abort() },
      });
      assert.deepEqual([stopped.result.step, stopped.result.stopped], [4, "interrupted"]);
      const rest = await runStored(method, golden, {
        train: { ...train, checkpoints, resume: true },
      });
      assert.deepEqual(rest.result.losses, whole.result.losses);
      const weightsOf = ({ rows }: typeof whole) => rows.record()["weight of the divergence"];
      // Those of the steps after the checkpoint; the others come out of it.
      assert.deepEqual(weightsOf(rest), weightsOf(whole));
      const read = async ({ result: { state } }: typeof whole) => [...await state.read(parameters)];
      assert.deepEqual(await read(rest), await read(whole));
      for (const { result } of [whole, stopped, rest]) result.state.dispose();
    }));
}
