import assert from "node:assert/strict";
import { join } from "node:path";
import { adalora } from "../../lib/adapters/adalora.ts";
import { full } from "../../lib/adapters/full.ts";
import type { TunebookError } from "../../lib/core/errors.ts";
import { planSteps } from "../../lib/train/step_plan.ts";
import { memoryGroup } from "../parallel/memory_group.ts";
import { inFolder } from "../weights/in_folder.ts";
import { together } from "./together.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** Sums of float32 in another order. */
const tolerance = 1e-6;

function assertClose(actual: ToyResult, expected: ToyResult): void {
  assert.equal(actual.losses.length, expected.losses.length);
  for (const [step, loss] of expected.losses.entries()) {
    assert.ok(Math.abs(actual.losses[step] - loss) < tolerance, `step ${step + 1}: ${loss}`);
  }
  for (const [name, values] of expected.values) {
    // Its gradient is zero but for rounding, which Adam makes large.
    if (name.endsWith("key.bias")) continue;
    // Adam divides small differences by small numbers.
    for (const [i, value] of values.entries()) {
      assert.ok(Math.abs(actual.values.get(name)![i] - value) < 100 * tolerance, name);
    }
  }
}

const cases: readonly [string, ToyRunOptions][] = [
  ["lora", {}],
  ["full", { method: full() }],
  ["adalora, which moves by gradients", {
    method: adalora({ initialRank: 4, targetRank: 2 }),
    settings: { epochs: 4 },
  }],
  ["tensorflow.js", { device: "tfjs:cpu" }],
  ["class weights and clipping", {
    classWeights: [1, 3, 2],
    settings: { maxGradientNorm: 0.05, labelSmoothing: 0.1 },
  }],
  ["accumulation", { settings: { accumulate: 2, batchSize: 3 } }],
  ["an average", { settings: { ema: 0.9 } }],
  ["a loss across the batch", { objective: (each) => ({ ...each, acrossBatch: true }) }],
  ["such a loss with accumulation", {
    objective: (each) => ({ ...each, acrossBatch: true }),
    settings: { accumulate: 2, batchSize: 3 },
  }],
];
for (const [name, options] of cases) {
  Deno.test(`several processes learn what one learns: ${name}`, async () => {
    const alone = await runToy(options);
    assert.notEqual(alone.losses[0], alone.losses.at(-1));
    // 22 rows in steps of 4: the last step of an epoch has two rows, fewer than three processes.
    for (const size of [2, 3]) {
      const all = await together(size, options);
      for (const each of all) {
        assertClose(each, alone);
        assert.deepEqual(each.losses, all[0].losses);
        assert.deepEqual(each.values, all[0].values);
      }
    }
  });
}

Deno.test("a step's rows are dealt so that each process has as many, and as long ones", () => {
  const lengths = Array.from({ length: 23 }, (_, row) => 1 + row * 7 % 23);
  const settings = { batchSize: 8, accumulate: 1, epochs: 1, seed: 1, order: "shuffled" } as const;
  const plan = planSteps(lengths, settings, 2, 3);
  const seen: number[] = [];
  for (let step = 0; step < plan.stepsPerEpoch; step++) {
    const parts = plan.microBatchesOf(step);
    seen.push(...parts.flatMap((each) => [...each]));
    const shares = [0, 1, 2].map((rank) =>
      parts.filter((_, index) => index % 3 === rank).reduce((sum, { length }) => sum + length, 0)
    );
    assert.ok(Math.max(...shares) - Math.min(...shares) <= 1, String(shares));
    for (const part of parts) assert.ok(part.length >= 1 && part.length <= 2);
  }
  assert.deepEqual(seen.sort((a, b) => a - b), Array.from(lengths.keys()));
});

Deno.test("a checkpoint of two processes goes on with three, and with one", () =>
  inFolder(async (folder) => {
    const settings = { epochs: 3 };
    const alone = await runToy({ settings });
    const stop = new AbortController();
    const checkpoints = join(folder, "kept");
    const stopped = await together(2, {
      settings: { ...settings, checkpoints },
      context: { signal: stop.signal, onStep: ({ step }) => step === 7 && stop.abort() },
    });
    for (const each of stopped) assert.equal(each.stopped, "interrupted");
    const resumed = { settings: { ...settings, checkpoints, resume: true } };
    for (const size of [3, 1]) {
      await Deno.rename(checkpoints, join(folder, "other")).catch(() => {});
      await copy(join(folder, "other"), checkpoints);
      const rest = size === 1 ? [await runToy(resumed)] : await together(size, resumed);
      for (const each of rest) {
        assert.ok(each.stepsHere < alone.losses.length);
        assertClose(each, alone);
      }
      await Deno.remove(checkpoints, { recursive: true });
    }
  }));

Deno.test("the first process alone writes, and its scores decide", () =>
  inFolder(async (folder) => {
    const settings = { epochs: 4, keepBest: true, patience: 1 };
    const results = await Promise.all(
      memoryGroup(2).map((processes, rank) => {
        // The second process would see its scores rise.
        let score = 10;
        return runToy({
          settings: { ...settings, checkpoints: join(folder, String(rank)) },
          context: {
            processes,
            validate: () => Promise.resolve({ score: rank ? score++ : score--, better: "higher" }),
          },
        });
      }),
    );
    for (const { stopped, keptStep, validations } of results) {
      assert.equal(stopped, "patience");
      assert.deepEqual(validations.map(({ score }) => score), [10, 9]);
      assert.equal(keptStep, 6);
    }
    const files = async (name: string) =>
      (await Array.fromAsync(Deno.readDir(join(folder, name)))).length;
    assert.ok(await files("0") > 0);
    assert.equal(await files("1"), 0);
  }));

Deno.test("a process that is lost ends the others with what they had", () =>
  inFolder(async (folder) => {
    const [first, second] = memoryGroup(2);
    const stop = new AbortController();
    const lost = runToy({
      context: {
        processes: second,
        onStep: ({ step }) => {
          if (step === 4) throw new Error("lost");
        },
      },
    });
    const left = runToy({
      settings: { checkpoints: folder },
      context: { processes: first, signal: stop.signal },
    });
    await assert.rejects(lost, /lost/);
    // What a launcher does then.
    stop.abort();
    const { step, stopped } = await left;
    assert.deepEqual([step, stopped], [4, "interrupted"]);
    const rest = await runToy({ settings: { checkpoints: folder, resume: true } });
    assertClose(rest, await runToy());
  }));

Deno.test("what several processes cannot share is refused by all of them", async () => {
  const refused = async (options: ToyRunOptions, message: RegExp, kind: TunebookError["kind"]) => {
    for (const { reason, status } of await settled(options)) {
      assert.equal(status, "rejected");
      assert.equal(reason.kind, kind);
      assert.match(reason.message, message);
    }
  };
  await refused({ settings: { batchSize: 1 } }, /1 rows for 2 processes/, "input");
});

async function settled(options: ToyRunOptions) {
  const groups = memoryGroup(2);
  const runs = groups.map((processes) => runToy({ ...options, context: { processes } }));
  return (await Promise.allSettled(runs)) as { status: string; reason: TunebookError }[];
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(join(from, name), join(to, name));
  }
}
