import assert from "node:assert/strict";
import { minSnrWeight, signalToNoise } from "../../../lib/tasks/image_generation/loss_weight.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import { readNoiseSchedule } from "../../../lib/tasks/image_generation/scheduler_config.ts";
import { addNoise, denoisingTarget } from "../../../lib/tasks/image_generation/targets.ts";
import golden from "../../golden/diffusion.json" with { type: "json" };
import { isMistake } from "../../is_mistake.ts";

const clean = Float32Array.from(golden.clean);
const added = Float32Array.from(golden.added);
/** diffusers computes in float32, which loses more where it takes betas out of products and multiplies again. */
const toleranceOf = (config: object) => "rescale_betas_zero_snr" in config ? 1e-5 : 1e-6;

/** Numbers that are equal up to a share of the larger one, where that is above 1. */
function assertClose(
  found: Iterable<number>,
  wanted: readonly number[],
  what: string,
  tolerance = 1e-6,
): void {
  const numbers = [...found];
  assert.equal(numbers.length, wanted.length, what);
  numbers.forEach((number, i) => {
    const difference = Math.abs(number - wanted[i]) / Math.max(1, Math.abs(wanted[i]));
    assert.ok(difference < tolerance, `${what}, ${i}: ${number}, not ${wanted[i]}`);
  });
}

for (const { config, steps, timesteps, signal, noise, noisy, velocity, snr } of golden.schedules) {
  Deno.test(`the schedule ${JSON.stringify(config)} is diffusers'`, () => {
    const schedule = readNoiseSchedule(config);
    const tolerance = toleranceOf(config);
    assertClose(steps.map((step) => schedule.timestepOf(step)), timesteps, "timesteps", tolerance);
    assertClose(steps.map((step) => schedule.signal[step]), signal, "signal", tolerance);
    assertClose(steps.map((step) => schedule.noise[step]), noise, "noise", tolerance);
    steps.forEach((step, i) => {
      assertClose(addNoise(schedule, clean, added, step), noisy[i], `noisy at ${step}`, tolerance);
      if (velocity !== undefined) {
        const moving = { ...schedule, prediction: "v_prediction" } as const;
        assertClose(
          denoisingTarget(moving, clean, added, step),
          velocity[i],
          `velocity at ${step}`,
          tolerance,
        );
      }
    });
    if (snr !== undefined) {
      // A ratio of float32 numbers; where little noise is left, its last digits are lost.
      steps.forEach((step, i) => {
        const found = signalToNoise(schedule, step);
        assert.ok(
          Math.abs(found - snr[i]) <= 10 * tolerance * snr[i],
          `snr at ${step}: ${found}, ${snr[i]}`,
        );
      });
    }
  });
}

Deno.test("a target says how a noisy image becomes clean", () => {
  const step = 300;
  const predictions = ["epsilon", "sample", "v_prediction"] as const;
  for (const prediction of predictions) {
    const schedule = noiseSchedule({ prediction });
    const [image, noise] = [schedule.signal[step], schedule.noise[step]];
    const noisy = addNoise(schedule, clean, added, step);
    const target = denoisingTarget(schedule, clean, added, step);
    const found = target.map((value, i) =>
      prediction === "epsilon"
        ? (noisy[i] - noise * value) / image
        : prediction === "sample"
        ? value
        : image * noisy[i] - noise * value
    );
    assertClose(found, golden.clean, prediction);
  }
  const flow = noiseSchedule({ kind: "flow", shift: 2 });
  const noisy = addNoise(flow, clean, added, step);
  const direction = denoisingTarget(flow, clean, added, step);
  assertClose(
    noisy.map((value, i) => value - flow.noise[step] * direction[i]),
    golden.clean,
    "flow",
  );
});

Deno.test("min-SNR weighs steps by what is predicted", () => {
  for (const step of [0, 200, 999]) {
    const snr = signalToNoise(noiseSchedule(), step);
    const least = Math.min(5, snr);
    const weight = (prediction: "epsilon" | "sample" | "v_prediction") =>
      minSnrWeight(noiseSchedule({ prediction }), 5, step);
    assert.equal(weight("epsilon"), least / snr);
    assert.equal(weight("sample"), least);
    assert.equal(weight("v_prediction"), least / (snr + 1));
  }
  assert.throws(
    () => minSnrWeight(noiseSchedule({ kind: "flow" }), 5, 0),
    isMistake("unsupported", "a flow draws its steps"),
  );
});

Deno.test("a schedule of velocities may end without any image", () => {
  const schedule = noiseSchedule({ zeroTerminalSnr: true, prediction: "v_prediction" });
  assert.equal(schedule.signal[999], 0);
  assert.equal(schedule.noise[999], 1);
  assert.equal(minSnrWeight(schedule, 5, 999), 0);
});

Deno.test("options that make no sense together are told at once", () => {
  assert.throws(
    () => noiseSchedule({ kind: "flow", prediction: "epsilon", betaStart: 0.1, sampler: "ddim" }),
    isMistake("input", "betaStart", "prediction is epsilon", "sampler is ddim"),
  );
  assert.throws(
    () => noiseSchedule({ shift: 2, zeroTerminalSnr: true, trainTimesteps: 1 }),
    isMistake("input", "shift", "zeroTerminalSnr", "trainTimesteps"),
  );
  assert.throws(
    () => noiseSchedule({ sampling: { solverOrder: 3 as 2, clipRange: 0 } }),
    isMistake("input", "solverOrder", "clipRange"),
  );
});
