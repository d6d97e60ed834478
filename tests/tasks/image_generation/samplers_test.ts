import assert from "node:assert/strict";
import { solverPath } from "../../../lib/tasks/image_generation/samplers/solver_path.ts";
import { createSampler } from "../../../lib/tasks/image_generation/samplers/samplers.ts";
import { eulerPath } from "../../../lib/tasks/image_generation/samplers/euler.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import { readNoiseSchedule } from "../../../lib/tasks/image_generation/scheduler_config.ts";
import golden from "../../golden/diffusion.json" with { type: "json" };
import { isMistake } from "../../is_mistake.ts";

/**
 * diffusers computes steps in float32, whose last digits add up. More of them are lost by DDPM's
 * 1 − ᾱ(t) / ᾱ(t − 1) where steps are close, and by Euler's method where it begins at σ = 4096.
 */
function toleranceOf(config: { _class_name: string; rescale_betas_zero_snr?: boolean }): number {
  if (config._class_name === "DDPMScheduler") return 2e-5;
  const isLarge = config._class_name === "EulerDiscreteScheduler" && config.rescale_betas_zero_snr;
  return isLarge ? 1e-4 : 1e-5;
}
const pathTolerance = 1e-6;

function assertClose(
  found: ArrayLike<number>,
  wanted: readonly number[],
  tolerance: number,
  what: string,
): void {
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((number, i) => {
    const difference = Math.abs(found[i] - number) / Math.max(1, Math.abs(number));
    assert.ok(difference < tolerance, `${what}, ${i}: ${found[i]}, not ${number}`);
  });
}

/** The model that the golden file is made with. */
function model(noisy: Float32Array, timestep: number): Float32Array {
  return noisy.map((value) => 0.3 * value + 0.1 * Math.sin(timestep / 1000));
}

function freshNoise(step: number): Float32Array {
  return Float32Array.from(golden.added, (_, i) => 1.2 * Math.sin(2.3 * step + 1.1 * i));
}

for (const { config, steps, eta, timesteps, sigmas, start, at, samples } of golden.samplers) {
  const name = JSON.stringify({ ...config, steps, eta });
  Deno.test(`a sampler is diffusers': ${name}`, () => {
    const schedule = readNoiseSchedule(config);
    const sampler = createSampler(schedule, { steps, eta });
    assertClose(sampler.timesteps, timesteps, pathTolerance, "timesteps");
    const context = { schedule, settings: schedule.options.sampling ?? {}, steps, eta: 0 };
    if (sampler.name === "dpm-solver") {
      const found = solverPath(context).scales.map(({ signal, noise }) =>
        schedule.kind === "flow" ? noise : noise / signal
      );
      assertClose(found, sigmas!, pathTolerance, "sigmas");
    } else if (sampler.name === "euler" && schedule.kind === "diffusion") {
      assertClose(eulerPath(context).sigmas, sigmas!, pathTolerance, "sigmas");
    }
    let state = sampler.start(Float32Array.from(golden.added));
    assertClose(state.sample, start, pathTolerance, "start");
    for (const [step, timestep] of sampler.timesteps.entries()) {
      const before = state.sample.slice();
      const output = model(sampler.modelInput(state), timestep);
      const next = sampler.step(
        state,
        output,
        sampler.addsNoise(step) ? freshNoise(step) : undefined,
      );
      assert.deepEqual(state.sample, before);
      state = next;
      assert.equal(state.index, step + 1);
      const place = at.indexOf(step);
      if (place >= 0) {
        assertClose(state.sample, samples[place], toleranceOf(config), `after step ${step}`);
      }
    }
  });
}

Deno.test("a model that knows the image leads every sampler to it", () => {
  const image = Float32Array.of(-1, -0.5, 0.25, 0.9);
  const noise = Float32Array.of(0.3, -1.7, 0.9, 1.1);
  for (const prediction of ["epsilon", "v_prediction", "sample"] as const) {
    const schedule = noiseSchedule({ prediction });
    for (const sampler of ["ddpm", "ddim", "dpm-solver", "euler"] as const) {
      const run = createSampler(schedule, { steps: 12, sampler });
      let state = run.start(noise);
      for (const [index, timestep] of run.timesteps.entries()) {
        const step = Math.round(timestep);
        const [signal, added] = [schedule.signal[step], schedule.noise[step]];
        const output = run.modelInput(state).map((noisy, i) => {
          const found = (noisy - signal * image[i]) / added;
          if (prediction === "sample") return image[i];
          return prediction === "epsilon" ? found : signal * found - added * image[i];
        });
        state = run.step(state, output, run.addsNoise(index) ? noise : undefined);
      }
      state.sample.forEach((value, i) =>
        assert.ok(Math.abs(value - image[i]) < 0.02, `${sampler} ${prediction}: ${state.sample}`)
      );
    }
  }
});

Deno.test("several images are sampled as each by itself", () => {
  const schedule = noiseSchedule({ kind: "flow", shift: 2 });
  const sampler = createSampler(schedule, { steps: 4, sampler: "dpm-solver" });
  const run = (noise: Float32Array) => {
    let state = sampler.start(noise);
    for (const timestep of sampler.timesteps) {
      state = sampler.step(state, model(sampler.modelInput(state), timestep));
    }
    return [...state.sample];
  };
  const [first, second] = [Float32Array.of(0.5, -1), Float32Array.of(2, 0.1)];
  assert.deepEqual(run(Float32Array.of(...first, ...second)), [...run(first), ...run(second)]);
});

Deno.test("what a sampler cannot do is refused", () => {
  const schedule = noiseSchedule({ trainTimesteps: 20 });
  assert.throws(
    () => createSampler(schedule, { steps: 21, eta: 0.5, sampler: "euler" }),
    isMistake("input", "steps is 21", "eta is for ddim"),
  );
  assert.throws(
    () => createSampler(noiseSchedule({ kind: "flow" }), { steps: 2, sampler: "ddim" }),
    isMistake("input", 'sampler is "ddim"', "euler, dpm-solver"),
  );
  const offset = noiseSchedule({ trainTimesteps: 20, sampling: { stepsOffset: 1 } });
  assert.throws(
    () => createSampler(offset, { steps: 20 }),
    isMistake("input", "training step 20 of 20"),
  );
  const sampler = createSampler(schedule, { steps: 2, eta: 1 });
  const state = sampler.start(Float32Array.of(1, 2));
  assert.throws(
    () => sampler.step(state, Float32Array.of(1)),
    isMistake("input", "1 numbers for 2"),
  );
  assert.throws(
    () => sampler.step(state, Float32Array.of(1, 2)),
    isMistake("input", "2 numbers of noise"),
  );
});
