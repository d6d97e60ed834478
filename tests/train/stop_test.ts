import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { onnxRuntime } from "../../lib/engine/devices/onnx_runtime.ts";
import { endOfLeftBehind } from "../../lib/engine/devices/runtime_thread.ts";
import { head } from "../../lib/adapters/head.ts";
import type { State } from "../../lib/engine/mod.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { slowFeeds, slowProgram } from "../engine/devices/slow_program.ts";
import { inFolder } from "../weights/in_folder.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const device = onnxRuntime("cpu", undefined, { apart: true });

/** A run whose steps take some tenths of a second, in two parts each. */
const slow: ToyRunOptions = {
  model: { width: 64, layers: 2, dropout: 0.1 },
  method: lora({ rank: 2, dropout: 0.1 }),
  rows: 6000,
  settings: { batchSize: 1000, accumulate: 2, epochs: 1, seed: 3 },
};

Deno.test("a step in flight is left behind, and the run goes on to the same bits", () =>
  inFolder(async (checkpoints) => {
    const whole = await runToy({ ...slow, context: { device } });
    const settings = { ...slow.settings, checkpoints, resume: true };
    let left = 0;
    // Moments in the first and in the second part of a step.
    for (const milliseconds of [1, 40, 120]) {
      const controller = new AbortController();
      const context = {
        device,
        signal: controller.signal,
        onStep: () => void setTimeout(() => controller.abort(), milliseconds),
      };
      const run = await runToy({ ...slow, settings, context });
      assert.equal(run.losses.length, run.step);
      assert.deepEqual(run.losses, whole.losses.slice(0, run.step));
      if (run.stopped) left++;
    }
    assert.ok(left > 0);
    // What was left behind is still running when the run goes on.
    const rest = await runToy({ ...slow, settings, context: { device } });
    assert.deepEqual(rest.losses, whole.losses);
    assert.deepEqual([...rest.values], [...whole.values]);
    await endOfLeftBehind();
  }));

Deno.test("a validation in flight is left behind and made good", () =>
  inFolder(async (checkpoints) => {
    const step = await device.compile(slowProgram, { frozen: () => new Float32Array() });
    const scoreOf = async (state: State) =>
      (await state.read(parameters)).values().next().value![0];
    let stop: AbortController | undefined;
    const validate = async (state: State, signal?: AbortSignal) => {
      setTimeout(() => stop?.abort(), 1);
      await step.run(slowFeeds, signal);
      return { score: await scoreOf(state), better: "higher" as const };
    };
    const run = (more: ToyRunOptions["settings"], signal?: AbortSignal) =>
      runToy({
        settings: { epochs: 1, validateEvery: 2, keepBest: true, ...more },
        context: { device, validate, ...(signal ? { signal } : {}) },
      });
    const whole = await run({});
    stop = new AbortController();
    const stopped = await run({ checkpoints }, stop.signal);
    assert.deepEqual([stopped.stopped, stopped.step, stopped.validations], ["interrupted", 2, []]);
    stop = undefined;
    const rest = await run({ checkpoints, resume: true });
    assert.deepEqual(rest.validations, whole.validations);
    assert.deepEqual(rest.losses, whole.losses);
    assert.deepEqual([...rest.values], [...whole.values]);
    await step.dispose();
    await endOfLeftBehind();
  }));

Deno.test("frozen layers in flight are left behind", () =>
  inFolder(async (checkpoints) => {
    const frozen: ToyRunOptions = { ...slow, rows: 1500, method: head(), settings: { epochs: 2 } };
    const whole = await runToy({ ...frozen, context: { device } });
    const signal = AbortSignal.timeout(1);
    const settings = { ...frozen.settings, checkpoints, resume: true };
    const stopped = await runToy({ ...frozen, settings, context: { device, signal } });
    assert.deepEqual([stopped.stopped, stopped.step], ["interrupted", 0]);
    const rest = await runToy({ ...frozen, settings, context: { device } });
    assert.deepEqual(rest.losses, whole.losses);
    assert.deepEqual([...rest.values], [...whole.values]);
    await endOfLeftBehind();
  }));
