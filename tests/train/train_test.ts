import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import type { LastGood, StepReport, TrainingRows } from "../../lib/train/train.ts";
import { toyModel } from "../nn/toy.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy } from "./toy_run.ts";

/** Scores in the order in which a run asks for them. */
function scores(...list: number[]) {
  let at = 0;
  return () => Promise.resolve({ score: list[at++], better: "higher" as const });
}

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`a seed gives the same bits, another seed others, on ${device}`, async () => {
    const run = (seed: number) =>
      runToy({
        device,
        model: { dropout: 0.2 },
        method: lora({ rank: 2, dropout: 0.1 }),
        settings: { seed, epochs: 1 },
      });
    const first = await run(1);
    const second = await run(1);
    assert.deepEqual(second.losses, first.losses);
    assert.deepEqual(second.values, first.values);
    const other = await run(2);
    assert.notDeepEqual(other.losses, first.losses);
    assert.notDeepEqual(other.values, first.values);
  });
}

Deno.test("dropout is fresh in every step and in every part of one", async () => {
  // All rows in every step, and a rate that moves nothing: only dropout can change the loss.
  const still = { order: "sequential", learningRate: 1e-30, epochs: 3, warmup: 0 } as const;
  const lossesOf = async (dropout: number, more: object) =>
    (await runToy({ rows: 8, model: { dropout }, settings: { ...still, ...more } })).losses;
  for (const [dropout, different] of [[0.5, 3], [0, 1]]) {
    const losses = await lossesOf(dropout, { batchSize: 8 });
    assert.equal(new Set(losses).size, different, String(losses));
  }
  const rows = (count: number) => (all: TrainingRows): TrainingRows => ({
    lengths: Array(count).fill(all.lengths[0]),
    feedsOf: (numbers) => all.feedsOf(Array.from(numbers, () => 0)),
  });
  // Two parts with the same row: with the same noise their sum would be one part's loss.
  const common = { model: { dropout: 0.5 }, targets: new Float32Array(6).fill(1 / 3) };
  const settings = { ...still, epochs: 1, batchSize: 1 };
  const one = await runToy({ ...common, around: rows(1), settings });
  const two = await runToy({
    ...common,
    around: rows(2),
    settings: { ...settings, accumulate: 2 },
  });
  assert.notEqual(one.losses[0], two.losses[0]);
});

Deno.test("training lowers the loss", async () => {
  const { losses } = await runToy({
    method: full(),
    settings: { epochs: 20, learningRate: 5e-3 },
  });
  assert.ok(losses.at(-1)! < 0.3 * losses[0], `${losses[0]} → ${losses.at(-1)}`);
});

Deno.test("only what a method trains is trained", async () => {
  const model = toyModel();
  const paths = async (
    method: Parameters<typeof runToy>[0] & object,
  ) => [...(await runToy(method)).values.keys()].sort();
  assert.deepEqual(await paths({ method: head() }), ["classifier.bias", "classifier.weight"]);
  assert.deepEqual(await paths({ method: lora({ rank: 2, targets: ["query"] }) }), [
    "classifier.bias",
    "classifier.weight",
    "encoder.layer.0.attention.self.query.lora_A",
    "encoder.layer.0.attention.self.query.lora_B",
  ]);
  const all = await runToy({ method: full(), settings: { epochs: 1, learningRate: 1e-3 } });
  assert.deepEqual([...all.values.keys()].sort(), [...model.weights.keys()].sort());
  for (const [path, values] of all.values) {
    assert.notDeepEqual(values, model.weights.get(path), `${path} did not move`);
  }
});

Deno.test("training leaves the model's own numbers alone", async () => {
  const model = toyModel();
  const before = new Map([...model.weights].map(([path, values]) => [path, values.slice()]));
  await runToy({ on: model, method: full() });
  assert.deepEqual(model.weights, before);
});

Deno.test("no epochs leave the initial parameters", async () => {
  const { values, step, keptStep } = await runToy({ settings: { epochs: 0 } });
  assert.deepEqual([step, keptStep], [0, 0]);
  const model = toyModel();
  assert.deepEqual(values.get("classifier.weight"), model.weights.get("classifier.weight"));
});

Deno.test("each step is reported", async () => {
  const reports: StepReport[] = [];
  const { losses } = await runToy({ context: { onStep: (report) => reports.push(report) } });
  assert.deepEqual(reports.map(({ step }) => step), Array.from({ length: 12 }, (_, i) => i + 1));
  assert.deepEqual(reports.map(({ loss }) => loss), losses);
  assert.equal(reports[5].epoch, 1);
  assert.ok(reports.every(({ totalSteps, gradientNorm }) => totalSteps === 12 && gradientNorm > 0));
});

Deno.test("the best state is kept, and a score that is no number is never the best", async () => {
  const seen: ReadonlyMap<string, Float32Array>[] = [];
  const list = [NaN, 0.6, 0.9, NaN, 0.7, Infinity];
  const { values, keptStep, best, validations } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: {
      async validate(state) {
        seen.push(await state.read("parameters"));
        return { score: list[seen.length - 1], better: "higher" };
      },
    },
  });
  assert.deepEqual(validations.map(({ score }) => score), list);
  assert.deepEqual(best, { step: 3, score: 0.9 });
  assert.equal(keptStep, 3);
  assert.deepEqual(values, seen[2]);
  assert.notDeepEqual(values, seen[5]);
});

Deno.test("where no score is a number, the last state is kept", async () => {
  const { keptStep, best } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: { validate: scores(NaN, NaN, NaN, NaN, NaN, NaN) },
  });
  assert.equal(best, undefined);
  assert.equal(keptStep, 6);
});

Deno.test("lower scores can be better", async () => {
  const list = [3, 1, 2, 1, 5, 4];
  const { best } = await runToy({
    settings: { keepBest: true, epochs: 1, validateEvery: 1 },
    context: { validate: () => Promise.resolve({ score: list.shift()!, better: "lower" }) },
  });
  assert.deepEqual(best, { step: 2, score: 1 });
});

Deno.test("patience stops the run after so many validations without a better score", async () => {
  const result = await runToy({
    settings: { patience: 2, validateEvery: 2, keepBest: true },
    context: { validate: scores(0.5, 0.7, NaN, 0.7, 0.9, 0.9) },
  });
  assert.equal(result.stopped, "patience");
  assert.equal(result.step, 8);
  assert.equal(result.keptStep, 4);
  assert.equal(result.validations.length, 4);
});

Deno.test("keepBest and patience without validation rows are refused", async () => {
  for (const settings of [{ keepBest: true }, { patience: 1 }]) {
    await assert.rejects(runToy({ settings }), /need validation rows/);
  }
});

Deno.test("an abort signal stops after the present step, with a checkpoint", () =>
  inFolder(async (folder) => {
    const stop = new AbortController();
    const result = await runToy({
      settings: { checkpoints: folder, keepBest: true, validateEvery: 1 },
      context: {
        signal: stop.signal,
        validate: scores(...Array(12).fill(1)),
        onStep: ({ step }) => step === 4 && stop.abort(),
      },
    });
    assert.equal(result.stopped, "interrupted");
    assert.equal(result.step, 4);
    // The state that is kept is the one to continue from.
    assert.equal(result.keptStep, 4);
    assert.equal((await loadCheckpoint(folder))?.standing.step, 4);
  }));

Deno.test("a run without a checkpoint folder is kept in the rescue folder when it is stopped", () =>
  inFolder(async (folder) => {
    const rescueFolder = `${folder}/rescue`;
    await runToy({ context: { rescueFolder } });
    assert.equal(await loadCheckpoint(rescueFolder), undefined);
    const stop = new AbortController();
    const onStep = () => stop.abort();
    await runToy({ context: { rescueFolder, signal: stop.signal, onStep } });
    assert.equal((await loadCheckpoint(rescueFolder))?.standing.step, 1);
  }));

const diverging = {
  "a rate beyond all measure": { settings: { learningRate: 1e30, warmup: 0 } },
  "a rate beyond float32": { settings: { learningRate: 1e39, warmup: 0 } },
  "a rate beyond all measure for the head": {
    method: head(),
    settings: { learningRate: 1e30, warmup: 0 },
  },
  "a target that is not a number": { targets: new Float32Array(66).fill(NaN, 30, 33) },
};

for (const [name, options] of Object.entries(diverging)) {
  Deno.test(`${name} ends in an error that holds finite parameters`, () =>
    inFolder(async (folder) => {
      const settings = {
        checkpoints: folder,
        checkpointEvery: 1,
        ...("settings" in options ? options.settings : {}),
      };
      let last = 0;
      const error = await runToy({
        ...options,
        settings,
        context: { onStep: ({ step }) => last = step },
      }).then(() => undefined, (error) => error);
      assert.ok(error instanceof TunebookError, String(error));
      assert.equal(error.kind, "diverged");
      assert.match(error.message, /learningRate/);
      const { step, parameters } = error.cause as LastGood;
      assert.ok(step <= last);
      assert.ok(parameters.size > 0);
      for (const [path, values] of parameters) {
        assert.ok(values.every(Number.isFinite), `${path} is not finite`);
      }
      const checkpoint = await loadCheckpoint(folder);
      for (const values of checkpoint?.vectors.get("parameters")?.values() ?? []) {
        assert.ok(values.every(Number.isFinite));
      }
    }));
}

/** Training rows that fail when the step after `steps` steps is fed. */
function failingAfter(steps: number, fail: () => void) {
  let taken = 0;
  return {
    around: (rows: TrainingRows): TrainingRows => ({
      ...rows,
      feedsOf(numbers) {
        if (taken === steps) fail();
        return rows.feedsOf(numbers);
      },
    }),
    context: { onStep: () => void taken++ },
  };
}

const outOfMemory = () => {
  throw new TunebookError("memory", "the device ran out of memory");
};

Deno.test("a failure in the midst of a step keeps the steps before it", () =>
  inFolder(async (folder) => {
    const settings = { checkpoints: folder };
    await assert.rejects(runToy({ settings, ...failingAfter(2, outOfMemory) }), (error) => {
      assert.ok(error instanceof TunebookError);
      assert.equal(error.kind, "memory");
      assert.match(error.message, /ran out of memory/);
      assert.ok(error.message.includes(`The checkpoint of step 2 is in ${folder}.`), error.message);
      return true;
    });
    assert.equal((await loadCheckpoint(folder))?.standing.step, 2);
  }));

Deno.test("a failure before the first step names no checkpoint", () =>
  inFolder(async (folder) => {
    const settings = { checkpoints: folder };
    await assert.rejects(
      runToy({ settings, ...failingAfter(0, outOfMemory) }),
      { message: "the device ran out of memory" },
    );
    assert.equal(await loadCheckpoint(folder), undefined);
  }));

Deno.test("a failure stays the error where its checkpoint cannot be written", () =>
  inFolder(async (folder) => {
    const checkpoints = `${folder}/checkpoints`;
    const fail = () => {
      Deno.removeSync(checkpoints, { recursive: true });
      Deno.writeTextFileSync(checkpoints, "in the way");
      outOfMemory();
    };
    await assert.rejects(
      runToy({ settings: { checkpoints }, ...failingAfter(2, fail) }),
      (error) => {
        assert.ok(error instanceof TunebookError);
        assert.equal(error.kind, "memory", error.message);
        assert.match(
          error.message,
          /ran out of memory\nThe state after step 2 could not be kept: ./,
        );
        assert.doesNotMatch(error.message, /is in/);
        return true;
      },
    );
  }));

Deno.test("a failure after the update leaves the checkpoint before it as it was", () =>
  inFolder(async (folder) => {
    const attached = {
      ...attachTo(toyModel(), lora({ rank: 2 })),
      afterStep({ step }: { step: number }) {
        if (step === 4) throw new Error("the method failed");
        return undefined;
      },
    };
    const settings = { checkpoints: folder, checkpointEvery: 2 };
    await assert.rejects(runToy({ attached, settings }), /the method failed/);
    assert.equal((await loadCheckpoint(folder))?.standing.step, 2);
  }));

Deno.test("a run that diverges keeps the last whole step where its error says", () =>
  inFolder(async (folder) => {
    // The third step's loss is NaN; the parameters of the second are whole.
    const spoilt = { rows: 12, targets: new Float32Array(36).fill(1 / 3) };
    spoilt.targets.fill(NaN, 24);
    for (const place of ["checkpoints", "rescue"]) {
      const path = `${folder}/${place}`;
      const run = runToy({
        ...spoilt,
        settings: {
          order: "sequential",
          ...(place === "checkpoints" ? { checkpoints: path } : {}),
        },
        ...(place === "rescue" ? { context: { rescueFolder: path } } : {}),
      });
      const error = await run.then(() => undefined, (error) => error);
      assert.ok(error instanceof TunebookError, String(error));
      assert.equal(error.kind, "diverged");
      assert.ok(error.message.includes(`The checkpoint of step 2 is in ${path}.`), error.message);
      const { step, parameters } = error.cause as LastGood;
      assert.equal(step, 2);
      const checkpoint = await loadCheckpoint(path);
      assert.equal(checkpoint?.standing.step, 2);
      assert.deepEqual(checkpoint.vectors.get("parameters"), parameters);
    }
  }));

Deno.test("a run that diverges in its first step names no checkpoint", () =>
  inFolder(async (folder) => {
    const targets = new Float32Array(66).fill(NaN);
    const error = await runToy({ targets, settings: { checkpoints: folder } })
      .then(() => undefined, (error) => error);
    assert.ok(error instanceof TunebookError, String(error));
    assert.equal(error.kind, "diverged");
    assert.doesNotMatch(error.message, /checkpoint/);
    assert.equal(await loadCheckpoint(folder), undefined);
  }));

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`training with recomputed layers takes the same steps on ${device}`, async () => {
    const run = (gradientCheckpointing: boolean) =>
      runToy({
        device,
        model: { layers: 2, dropout: 0.2 },
        method: lora({ rank: 2, targets: ".*layer\\.1.*(query|value)" }),
        settings: { gradientCheckpointing, accumulate: 2 },
      });
    const [plain, recomputed] = [await run(false), await run(true)];
    recomputed.losses.forEach((loss, step) => {
      assert.ok(Math.abs(loss - plain.losses[step]) < 1e-6, `step ${step}: ${loss}`);
    });
    for (const [path, values] of plain.values) {
      recomputed.values.get(path)!.forEach((value, i) => {
        assert.ok(Math.abs(value - values[i]) < 1e-5, `${path}[${i}]`);
      });
    }
  });
}
