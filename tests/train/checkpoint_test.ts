import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { checkpointFile, loadCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainContext } from "../../lib/train/train.ts";
import type { TrainOptions } from "../../lib/train/train_options.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** Every random part is on. 22 rows make six steps an epoch, in two epochs. */
const withDropout: ToyRunOptions = {
  model: { dropout: 0.2 },
  method: lora({ rank: 2, dropout: 0.1 }),
};

/** A run whose score rises and falls with the parameters' bits. */
const validate: TrainContext["validate"] = async (state) => {
  const values = [...(await state.read("parameters")).values()].flatMap((each) => [...each]);
  return { score: Math.sin(1e4 * values.reduce((sum, each) => sum + each, 0)), better: "higher" };
};

/** What a run comes to, in however many processes. */
function outcomeOf({ seconds: _, stepsHere: __, ...outcome }: ToyResult): Partial<ToyResult> {
  return outcome;
}

/** Stops a run after `stopAfter` steps and continues it. */
async function interrupted(
  folder: string,
  stopAfter: number,
  options: ToyRunOptions,
  settings: TrainOptions,
) {
  const stop = new AbortController();
  const common = { ...options, settings: { ...settings, checkpoints: folder } };
  const first = await runToy({
    ...common,
    context: {
      ...options.context,
      signal: stop.signal,
      onStep: ({ step }) => step === stopAfter && stop.abort(),
    },
  });
  assert.equal(first.step, stopAfter);
  return await runToy({ ...common, settings: { ...common.settings, resume: true } });
}

interface Case {
  readonly options?: ToyRunOptions;
  readonly settings?: TrainOptions;
  /** After which steps a run is stopped; in the midst and at the end of both epochs unless given. */
  readonly stops?: readonly number[];
}

const cases: Readonly<Record<string, Case>> = {
  "plain": {},
  "keepBest": {
    options: { context: { validate } },
    settings: { keepBest: true, validateEvery: 2 },
  },
  "patience": {
    options: { context: { validate } },
    settings: { keepBest: true, patience: 4, validateEvery: 1 },
  },
  "accumulation": { settings: { accumulate: 2, epochs: 4 } },
  "adafactor": { settings: { optimizer: "adafactor" }, stops: [4] },
  "lion": { settings: { optimizer: "lion" }, stops: [4] },
  "sgd": { settings: { optimizer: "sgd", nesterov: true }, stops: [4] },
  "an exponential average of which the best is kept": {
    options: { context: { validate } },
    settings: { ema: 0.9, keepBest: true, validateEvery: 2 },
    stops: [7],
  },
  "the mean of the last steps": { settings: { swa: { from: 0.5 } }, stops: [9] },
  "layers that learn more slowly and join later": {
    options: { model: { dropout: 0.2, layers: 3 }, method: full() },
    settings: { layerDecay: 0.8, unfreeze: "gradual", learningRate: 2e-3 },
    stops: [9],
  },
  "tfjs:cpu": { options: { device: "tfjs:cpu" } },
  "a word table held in part": {
    options: {
      model: { dropout: 0.2, vocabulary: 100 },
      method: full(),
      context: { validate },
    },
    settings: { keepBest: true, validateEvery: 2, accumulate: 2, epochs: 4, learningRate: 2e-3 },
  },
};

for (const [name, { options = {}, settings = {}, stops = [1, 4, 6, 9] }] of Object.entries(cases)) {
  Deno.test(`a resumed run ends with the bits of an uninterrupted one: ${name}`, async () => {
    const all = { ...withDropout, ...options };
    const whole = outcomeOf(await runToy({ ...all, settings }));
    for (const stopAfter of stops.filter((step) => step < whole.step!)) {
      await inFolder(async (folder) => {
        const resumed = await interrupted(folder, stopAfter, all, settings);
        assert.equal(resumed.stepsHere, whole.step! - stopAfter);
        assert.deepEqual(outcomeOf(resumed), whole, `after ${stopAfter} steps`);
      });
    }
  });
}

Deno.test("a checkpoint from before a setting existed is continued with its default", () =>
  inFolder(async (folder) => {
    const settings = { checkpoints: folder, epochs: 1 };
    await runToy({ settings });
    const kept = (await loadCheckpoint(folder))!.fingerprint;
    for (
      const name of [
        "optimizer",
        "momentum",
        "nesterov",
        "focalGamma",
        "ema",
        "unfreeze",
        "compute",
      ]
    ) {
      assert.equal(name in kept, false, name);
    }
    const other = { ...settings, optimizer: "lion", learningRate: 0.02, resume: true } as const;
    await assert.rejects(
      runToy({ settings: other }),
      /optimizer: "adamw" then, "lion" now[^]*lionMomentum/,
    );
  }));

Deno.test("a run that has ended gives the same result when it is resumed", () =>
  inFolder(async (folder) => {
    for (const patience of [undefined, 2]) {
      const checkpoints = join(folder, String(patience));
      const settings = {
        keepBest: true,
        validateEvery: 1,
        checkpoints,
        ...(patience ? { patience } : {}),
      };
      const options = { ...withDropout, context: { validate } };
      const first = outcomeOf(await runToy({ ...options, settings }));
      const again = outcomeOf(
        await runToy({ ...options, settings: { ...settings, resume: true } }),
      );
      assert.equal(first.stopped, patience ? "patience" : undefined);
      assert.deepEqual(again, first);
    }
  }));

Deno.test("resume without a checkpoint starts at the beginning", () =>
  inFolder(async (folder) => {
    const fresh = outcomeOf(await runToy());
    const settings = { checkpoints: join(folder, "new"), resume: true };
    const resumed = outcomeOf(await runToy({ settings }));
    assert.deepEqual(resumed, fresh);
    await assert.rejects(runToy({ settings: { resume: true } }), /resume needs a folder/);
  }));

Deno.test("without resume a run starts anew and replaces the checkpoint", () =>
  inFolder(async (folder) => {
    await runToy({ settings: { checkpoints: folder, epochs: 1 } });
    const { step } = await runToy({ settings: { checkpoints: folder, epochs: 3 } });
    assert.equal(step, 18);
    assert.equal((await loadCheckpoint(folder))?.trainerState.step, 18);
  }));

Deno.test("the checkpoint of another run is refused with all that differs", () =>
  inFolder(async (folder) => {
    const settings = { checkpoints: folder, epochs: 1 };
    await runToy({ settings });
    const refused = (options: ToyRunOptions, ...parts: RegExp[]) =>
      assert.rejects(
        runToy({ ...options, settings: { ...settings, ...options.settings, resume: true } }),
        (error) => {
          assert.ok(error instanceof TunebookError);
          assert.equal(error.kind, "input");
          for (const part of [/belongs to another run/, ...parts]) {
            assert.match(error.message, part);
          }
          return true;
        },
      );
    await refused(
      { settings: { learningRate: 0.5, seed: 3 } },
      /learningRate: 0.02 then, 0.5 now/,
      /seed: 1 then, 3 now/,
    );
    await refused({ rows: 21 }, /rows: 22 then, 21 now/, /tokens: \d+ then, \d+ now/);
    await refused(
      { context: { fingerprint: { model: "other", method: "lora" } } },
      /model: "toy" then, "other" now/,
      /method: nothing then, "lora" now/,
    );
    await refused(
      { method: lora({ rank: 3 }) },
      /parameters\/encoder\.layer\.0\.attention\.self\.query\.lora_A: 16 numbers then, 24 numbers now/,
    );
    await refused({ settings: { epochs: 2 } }, /epochs: 1 then, 2 now/, /steps: 6 then, 12 now/);
  }));

Deno.test("a checkpoint that is cut off or damaged is an error that names it", () =>
  inFolder(async (folder) => {
    const settings = { checkpoints: folder, epochs: 1 };
    await runToy({ settings });
    const path = join(folder, checkpointFile);
    const whole = await Deno.readFile(path);
    const end = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const text = new TextDecoder("latin1").decode(whole.subarray(0, end));
    const changed = (from: string, to: string) => {
      const made = whole.slice();
      const at = text.indexOf(from);
      assert.ok(at > 0, from);
      made.set(new TextEncoder().encode(to), at);
      return made;
    };
    const damaged = [
      new Uint8Array(),
      ...[4, 8, 100, end, end + 1, whole.length - 1].map((length) => whole.subarray(0, length)),
      changed('"version":"1"', '"version":"9"'),
      changed('\\"step\\":6', '\\"stop\\":6'),
      changed('\\"step\\":6', '\\"step\\";6'),
      changed('\\"step\\":6', '\\"step\\":5'),
      changed('\\"losses\\":[', '\\"losses\\":0'),
      changed('\\"losses\\":[', '\\"losser\\":['),
      changed('\\"validationsSinceBest\\":0', '\\"validationsSinceBest\\":7'),
      changed('\\"validationsSinceBest\\":0', '\\"validationsSinceBes?\\":0'),
      changed('\\"validations\\":[]', '\\"validations\\":11'),
      changed('\\"validations\\":[]', '\\"validations\\":{}'),
      changed('"fingerprint":', '"fingerprunt":'),
    ];
    for (const [i, bytes] of damaged.entries()) {
      await Deno.writeFile(path, bytes);
      await assert.rejects(
        runToy({ settings: { ...settings, resume: true } }),
        (error) => {
          assert.ok(error instanceof TunebookError, `${i}: ${error}`);
          assert.equal(error.kind, "weights", error.message);
          assert.ok(error.message.includes(path), error.message);
          assert.match(error.message, /delete the file, or run without resume/);
          return true;
        },
      );
    }
  }));

Deno.test("what a killed process left is removed by the next run", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, `.${checkpointFile}.0a1b2c3d.tmp`), "half");
    await Deno.writeTextFile(join(folder, "notes.tmp"), "mine");
    await runToy({ settings: { checkpoints: folder, epochs: 1 } });
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, [checkpointFile, "notes.tmp"]);
  }));

Deno.test("a folder that cannot be written is an error of its own kind", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    await Deno.writeTextFile(path, "");
    await assert.rejects(
      runToy({ settings: { checkpoints: join(path, "inside"), epochs: 1 } }),
      (error) => error instanceof TunebookError && error.kind === "output",
    );
  }));
