import assert from "node:assert/strict";
import { join } from "node:path";
import { adalora } from "../../lib/adapters/adalora.ts";
import { full } from "../../lib/adapters/full.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { train } from "../../lib/train/train.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { goldenModel, largestDifference, oneHot, readGolden } from "../models/golden.ts";
import { memoryGroup } from "../parallel/memory_group.ts";
import { inFolder } from "../weights/in_folder.ts";
import { goldenLora, goldenRows } from "./golden_training.ts";
import { together } from "./together.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** What a few steps of two implementations in float32 differ by. */
const goldenTolerance = 1e-5;

Deno.test("two processes meet as two workers of PyTorch do", async () => {
  const rows = await readGolden("train/lora-bert.safetensors");
  const golden = await readGolden("train/diloco-lora-bert.safetensors");
  const settings = trainSettings({
    epochs: 1,
    batchSize: 4,
    order: "sequential",
    schedule: "constant",
    warmup: 0,
    sync: { every: 4, outerLearningRate: 0.7, momentum: 0.9 },
  });
  const norms: number[] = [];
  const all = await Promise.all(
    memoryGroup(2).map(async (processes) => {
      const model = await goldenModel("bert");
      const targets = oneHot(rows.labels.data, 3);
      const objective = classificationObjective({ kind: "single", outputs: 3, targets });
      const { state, losses } = await train(
        { model, adapter: await goldenLora(model), objective },
        goldenRows(rows),
        {
          ...{ device: await openDevice("cpu"), settings, fingerprint: {}, processes },
          onStep: ({ gradientNorm }) => processes.rank === 0 && norms.push(gradientNorm),
        },
      );
      const values = await state.read(parameters);
      state.dispose();
      return { values, losses };
    }),
  );
  for (const { values, losses } of all) {
    assert.ok(largestDifference(losses, golden.losses.data) < goldenTolerance);
    for (const [name, found] of values) {
      const path = name.replace(/(lora_[AB])$/, "$1.weight");
      const inPrefix = path.startsWith("classifier") ? path : `bert.${path}`;
      const { data } = golden[`final.base_model.model.${inPrefix}`];
      assert.ok(largestDifference(found, data) < goldenTolerance, path);
    }
  }
  // Norms are between .8 and 8.
  const shares = norms.map((norm, step) => norm / golden.norms.data[step] - 1);
  const most = Math.max(...shares.map(Math.abs));
  assert.ok(most < goldenTolerance, `norms differ by ${most}`);
});

/** 22 rows in steps of 4: six steps an epoch, the last of two rows. Meetings after 4, 8, 12, 16 and 18. */
const apart: TrainOptions = {
  epochs: 3,
  sync: { every: 4, outerLearningRate: 0.7, momentum: 0.9 },
};

function assertSame(found: readonly ToyResult[], expected: readonly ToyResult[]): void {
  for (const [rank, each] of found.entries()) {
    assert.deepEqual(each.losses, expected[rank].losses);
    assert.deepEqual(each.values, expected[rank].values);
  }
}

Deno.test("processes that train apart end with the same parameters and losses", async () => {
  const acrossBatch = {
    objective: (objective: Objective): Objective => ({ ...objective, acrossBatch: true }),
    settings: { batchSize: 2, accumulate: 2 },
  };
  const adafactor = { settings: { optimizer: "adafactor" } };
  for (const options of [{}, { method: full() }, adafactor, acrossBatch]) {
    const { settings, ...others } = options as ToyRunOptions;
    // Three processes: the third one has no rows in the last step of an epoch.
    const all = await together(3, { ...others, settings: { ...apart, ...settings } });
    assertSame(all.slice(1), [all[0], all[0]]);
    assert.equal(all[0].losses.length, 18);
    assert.ok(all[0].losses.every((loss) => loss > 0));
    assert.ok(all[0].losses.at(-1)! < all[0].losses[0]);
  }
});

Deno.test("a run that is stopped between two meetings goes on from the one before, to the same bits", () =>
  inFolder(async (folder) => {
    const whole = await together(3, { settings: apart });
    const checkpoints = join(folder, "kept");
    const stop = new AbortController();
    const stopped = await together(3, {
      settings: { ...apart, checkpoints },
      context: { signal: stop.signal, onStep: ({ step }) => step === 11 && stop.abort() },
    });
    for (const { stopped: why, step, losses } of stopped) {
      assert.deepEqual([why, step, losses.length], ["interrupted", 8, 8]);
    }
    const resumed = { ...apart, checkpoints, resume: true };
    const told: (number | undefined)[] = [];
    const onResume = ({ step, borrowed }: { step: number; borrowed?: number }) =>
      told.push(step, borrowed);
    const copy = join(folder, "copy");
    await copyFolder(checkpoints, copy);
    assertSame(await together(3, { settings: resumed, context: { onResume } }), whole);
    assert.deepEqual(told.slice(0, 2), [8, undefined]);

    // Two processes have nothing of their own from a run of three.
    told.length = 0;
    const fewer = await together(2, {
      settings: { ...resumed, checkpoints: copy },
      context: { onResume },
    });
    assert.deepEqual(told, [8, 1, 8, 1]);
    assertSame(fewer.slice(1), fewer);
    assert.equal(fewer[0].losses.length, 18);
  }));

Deno.test("what is due between two meetings waits for the next one", () =>
  inFolder(async (folder) => {
    const validated: number[] = [];
    const settings = { ...apart, validateEvery: 3, keepBest: true, checkpoints: folder };
    const results = await Promise.all(
      memoryGroup(2).map((processes) =>
        runToy({
          settings,
          context: {
            processes,
            validate: (_state, _signal, step) => {
              if (processes.rank === 0) validated.push(step);
              return Promise.resolve({ score: step, better: "lower" });
            },
          },
        })
      ),
    );
    assert.deepEqual(validated, [4, 8, 12, 16, 18]);
    for (const { keptStep } of results) assert.equal(keptStep, 4);
    assertSame(results.slice(1), results);
    const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(files.sort(), ["checkpoint.1.safetensors", "checkpoint.safetensors"]);
  }));

Deno.test("meetings that make no sense are refused", async () => {
  const refused = async (run: () => Promise<unknown>, message: RegExp) => {
    await assert.rejects(
      run,
      (error) =>
        error instanceof TunebookError && error.kind === "input" && message.test(error.message),
    );
  };
  await refused(() => runToy({ settings: apart }), /alone: launch it with mpirun/);
  await refused(() => together(2, { settings: { sync: { every: 50 } } }), /12 steps.* after 50/);
  await refused(
    () => together(2, { settings: apart, method: adalora({ initialRank: 4, targetRank: 2 }) }),
    /between steps/,
  );
  const wrong = (options: unknown) =>
    refused(
      // deno-lint-ignore require-await
      async () => trainSettings({ sync: options } as TrainOptions),
      /sync/,
    );
  await wrong({ every: 0 });
  await wrong({});
  await wrong({ every: 2, momentum: 1 });
  await wrong({ every: 2, evry: 2 });
  await wrong(50);
  await refused(
    // deno-lint-ignore require-await
    async () => trainSettings({ sync: { every: 2 }, ema: 0.9 }),
    /ema would average/,
  );
  assert.deepEqual(trainSettings({ sync: { every: 50 } }).sync, {
    ...{ every: 50, outerLearningRate: 1, momentum: 0 },
  });
});

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(join(from, name), join(to, name));
  }
}
