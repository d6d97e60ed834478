import assert from "node:assert/strict";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import type { LastGood, TrainingRows } from "../../lib/train/train.ts";
import { toyModel } from "../nn/toy.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy } from "./toy_run.ts";

Deno.test("an abort signal stops after the present step, with a checkpoint", () =>
  inFolder(async (folder) => {
    const stop = new AbortController();
    const result = await runToy({
      settings: { checkpoints: folder, keepBest: true, validateEvery: 1 },
      context: {
        signal: stop.signal,
        validate: () => Promise.resolve({ score: 1, better: "higher" }),
        onStep: ({ step }) => step === 4 && stop.abort(),
      },
    });
    assert.equal(result.stopped, "interrupted");
    assert.equal(result.step, 4);
    // The state that is kept is the one to continue from.
    assert.equal(result.keptStep, 4);
    assert.equal((await loadCheckpoint(folder))?.trainerState.step, 4);
  }));

Deno.test("a run without a checkpoint folder is kept in the rescue folder when it is stopped", () =>
  inFolder(async (folder) => {
    const rescueFolder = `${folder}/rescue`;
    await runToy({ context: { rescueFolder } });
    assert.equal(await loadCheckpoint(rescueFolder), undefined);
    const stop = new AbortController();
    const onStep = () => stop.abort();
    await runToy({ context: { rescueFolder, signal: stop.signal, onStep } });
    assert.equal((await loadCheckpoint(rescueFolder))?.trainerState.step, 1);
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
    assert.equal((await loadCheckpoint(folder))?.trainerState.step, 2);
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
    assert.equal((await loadCheckpoint(folder))?.trainerState.step, 2);
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
      assert.equal(checkpoint?.trainerState.step, 2);
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
