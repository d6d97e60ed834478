import assert from "node:assert/strict";
import { parsePythonJson } from "../../../lib/core/parse_python_json.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import {
  readNoiseSchedule,
  writeNoiseSchedule,
} from "../../../lib/tasks/image_generation/scheduler_config.ts";
import golden from "../../golden/diffusion.json" with { type: "json" };
import { isMistake } from "../../is_mistake.ts";

type Json = Readonly<Record<string, unknown>>;

const classes = [...new Set(golden.samplers.map(({ config }) => config._class_name))];

Deno.test("every class is written as it is read", () => {
  assert.equal(classes.length, 5);
  for (const { config } of golden.samplers) {
    const schedule = readNoiseSchedule(config);
    const written = writeNoiseSchedule(schedule);
    const wanted: Json = config;
    for (const [field, value] of Object.entries(wanted)) {
      // The two are the same number.
      const same = value === "fixed_small_log" ? "fixed_small" : value;
      assert.equal(written[field], same, `${config._class_name}.${field}`);
    }
    const again = readNoiseSchedule(JSON.parse(JSON.stringify(written)));
    assert.deepEqual(writeNoiseSchedule(again), written);
    assert.deepEqual(again.signal, schedule.signal);
    assert.equal(again.sampler, schedule.sampler);
  }
});

Deno.test("a schedule that was made is written, too", () => {
  const schedule = noiseSchedule({ kind: "flow", shift: 3, sampler: "dpm-solver" });
  const written = writeNoiseSchedule(schedule);
  assert.equal(written._class_name, "DPMSolverMultistepScheduler");
  assert.equal(written.prediction_type, "flow_prediction");
  assert.deepEqual(readNoiseSchedule(written).noise, schedule.noise);
});

Deno.test("the file that diffusers writes is read with its −Infinity", () => {
  const text = `{
    "_class_name": "DPMSolverMultistepScheduler",
    "_diffusers_version": "0.42.1",
    "algorithm_type": "dpmsolver++",
    "dynamic_thresholding_ratio": 0.995,
    "lambda_min_clipped": -Infinity,
    "sample_max_value": 1.0,
    "solver_type": "midpoint",
    "steps_offset": 1,
    "trained_betas": null,
    "use_karras_sigmas": false,
    "variance_type": null
  }`;
  const schedule = readNoiseSchedule(parsePythonJson(text) as Json);
  assert.deepEqual(schedule.options.sampling, { stepsOffset: 1 });
});

Deno.test("what is not there is refused by name", () => {
  const refused: readonly (readonly [string, Json])[] = [
    ["DDPMScheduler", { thresholding: true, variance_type: "learned", trained_betas: [0.1] }],
    ["DDIMScheduler", { beta_schedule: "sigmoid", thresholding: true, clip_sample_range: 0 }],
    ["DPMSolverMultistepScheduler", {
      use_beta_sigmas: true,
      use_lu_lambdas: true,
      algorithm_type: "sde-dpmsolver++",
      solver_type: "heun",
      solver_order: 3,
      lambda_min_clipped: "none",
    }],
    ["DPMSolverMultistepScheduler", {
      use_flow_sigmas: true,
      prediction_type: "epsilon",
      use_karras_sigmas: true,
    }],
    ["EulerDiscreteScheduler", {
      timestep_type: "continuous",
      interpolation_type: "log_linear",
      sigma_min: 0.1,
      final_sigmas_type: "most",
      prediction_type: "flow",
    }],
    ["FlowMatchEulerDiscreteScheduler", {
      shift: 0,
      use_dynamic_shifting: true,
      shift_terminal: 0.1,
      invert_sigmas: true,
      stochastic_sampling: true,
    }],
    ["DDPMScheduler", { num_train_timesteps: 1, beta_end: 1, clip_sample: null, new_field: 3 }],
    ["DDPMScheduler", { rescale_betas_zero_snr: true }],
  ];
  for (const [name, fields] of refused) {
    // Together with the fields that decide whether the others are looked at.
    const wrong = Object.keys(fields).filter((field) => field !== "use_flow_sigmas");
    assert.throws(
      () => readNoiseSchedule({ _class_name: name, ...fields }, "scheduler/scheduler_config.json"),
      isMistake("weights", "scheduler/scheduler_config.json", ...wrong),
    );
  }
});

Deno.test("a class that is not there is refused", () => {
  for (const name of ["PNDMScheduler", undefined, 3]) {
    assert.throws(
      () => readNoiseSchedule({ _class_name: name }),
      isMistake("weights", "_class_name", "FlowMatchEulerDiscreteScheduler"),
    );
  }
});

Deno.test("fields of other classes are passed over", () => {
  const schedule = readNoiseSchedule({
    _class_name: "DDIMScheduler",
    skip_prk_steps: true,
    solver_order: 3,
    use_flow_sigmas: true,
  });
  assert.equal(schedule.kind, "diffusion");
  assert.equal(schedule.options.sampling, undefined);
});
