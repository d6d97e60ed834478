/** Losses and gradients of a training step are those of diffusers' training scripts. */
import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import type { PixelProcessor } from "../../../lib/image/processor/image_processor.ts";
import { loadModel } from "../../../lib/models/load_model.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { denoisingObjective } from "../../../lib/tasks/image_generation/denoising_objective.ts";
import { minSnrWeight } from "../../../lib/tasks/image_generation/loss_weight.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import type { NoiseScheduleOptions } from "../../../lib/tasks/image_generation/noise_schedule_options.ts";
import { noisyImages } from "../../../lib/tasks/image_generation/noisy_images.ts";
import { addNoise, denoisingTarget } from "../../../lib/tasks/image_generation/targets.ts";
import type { ImageRows } from "../../../lib/tasks/shared/image_rows.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath, largestDifference, readGolden } from "../../models/golden.ts";
import { checkRun } from "../../nn/check_gradients.ts";
import { gradientRun } from "../../nn/run_trainable_model.ts";

/** Both sides compute in float32; what is compared is below ten. */
const tolerance = 1e-5;
/** Four labels and none; 8 × 8 pixels. */
const sizes = { shape: [3, 8, 8], classes: 4 } as const;

const cases: Readonly<Record<string, NoiseScheduleOptions>> = {
  epsilon: {},
  epsilon_min_snr: { betaSchedule: "squaredcos_cap_v2" },
  velocity: { prediction: "v_prediction" },
  velocity_min_snr: { prediction: "v_prediction" },
  flow: { kind: "flow", shift: 3 },
};
const golden = await readGolden("denoisers/steps.safetensors");

/** The model and the feeds of a case. */
async function stepOf(name: string) {
  const folder = goldenPath("denoisers/dit");
  const model = await loadModel({
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/diffusion_pytorch_model.safetensors`,
    head: { name: "denoiser", outputs: sizes.classes },
    seed: 1,
  });
  const schedule = noiseSchedule(cases[name]);
  const [clean, noise] = [golden.clean, golden.noise].map(({ shape, data }) =>
    Array.from({ length: shape[0] }, (_, row) => {
      const size = data.length / shape[0];
      return (data as Float32Array).slice(row * size, (row + 1) * size);
    })
  );
  // Nothing is read: the images are there with their noise.
  const noisy = noisyImages({} as ImageRows, {
    model: {
      schedule,
      shape: sizes.shape,
      pixels: {} as PixelProcessor,
      tokens: 4,
      mapSizes: {},
      takesLabels: true,
    },
    augmentations: { ofImages: [], ofBatches: [] },
    noising: {
      dropLabel: 0,
      steps: "uniform",
      ...(name.endsWith("min_snr") ? { minSnr: 5 } : {}),
    },
    classes: [],
    labels: sizes.classes,
  });
  const feeds = noisy.feedsOf(Array.from(golden.steps.data, (step, row) => ({
    step,
    label: golden.labels.data[row],
    sample: addNoise(schedule, clean[row], noise[row], step),
    target: denoisingTarget(schedule, clean[row], noise[row], step),
  })));
  const trainable = {
    model,
    adapter: attachTo(model, full()),
    objective: denoisingObjective(sizes),
  };
  return { feeds, trainable, initial: initialParameters(trainable, 1) };
}

for (const name of Object.keys(cases)) {
  Deno.test(`a step of ${name} is diffusers'`, async () => {
    const { feeds, trainable, initial } = await stepOf(name);
    const fed = {
      sample: feeds.sample,
      timestep: feeds.timestep,
      target: feeds.targets,
      weights: feeds.step_weights,
    };
    for (const [key, { data }] of Object.entries(fed)) {
      const { data: wanted } = golden[`${name}.${key}`];
      // Times go to a thousand.
      const off = largestDifference(data, wanted) / (key === "timestep" ? 1000 : 1);
      assert.ok(off < tolerance, `${key} differs by ${off}`);
    }
    const run = await gradientRun(trainable, await openDevice("cpu"), feeds);
    const loss = await run.lossAt(initial);
    const gradients = await run.gradientsAt(initial);
    await run.dispose();
    const wantedLoss = Number(golden[`${name}.loss`].data[0]);
    assert.ok(Math.abs(loss - wantedLoss) < tolerance, `${loss}, but ${wantedLoss} there`);
    const prefix = `${name}.gradient.`;
    const paths = Object.keys(golden).filter((key) => key.startsWith(prefix));
    assert.equal(paths.length, 4);
    for (const key of paths) {
      // The family calls tables by their module.
      const path = key.slice(prefix.length);
      const found = gradients.get(path) ?? gradients.get(path.replace(/\.weight$/, ""));
      const off = largestDifference(found!, golden[key].data);
      assert.ok(off < tolerance, `${path} differs by ${off}`);
    }
  });
}

Deno.test("gradients of a weighted step are those of finite differences", async () => {
  const { feeds, trainable, initial } = await stepOf("epsilon_min_snr");
  const run = await gradientRun(trainable, await openDevice("cpu"), feeds);
  const paths = await checkRun(run, initial, {
    only: (path) => /^(transformer_blocks\.0\.(norm1\.linear|attn1\.to_q)|proj_out_2)/.test(path),
  });
  assert.equal(paths.length, 6);
});

Deno.test("images without weight teach nothing; a flow has no min-SNR", async () => {
  const { feeds, trainable, initial } = await stepOf("epsilon");
  const step_weights = { shape: [3], data: Float32Array.of(0, 3, 0) };
  const device = await openDevice("cpu");
  const of = async (given: typeof feeds) => {
    const run = await gradientRun(trainable, device, given);
    const loss = await run.lossAt(initial);
    await run.dispose();
    return loss;
  };
  const [alone, weighted] = [
    await of(Object.fromEntries(
      Object.entries(feeds).map(([name, { shape: [, ...each], data }]) => {
        const size = data.length / 3;
        return [name, { shape: [1, ...each], data: data.slice(size, 2 * size) }];
      }),
    )),
    await of({ ...feeds, step_weights }),
  ];
  assert.ok(Math.abs(alone - weighted) < tolerance, `${alone} and ${weighted}`);
  assert.throws(
    () => minSnrWeight(noiseSchedule({ kind: "flow" }), 5, 0),
    isMistake("unsupported", "min-SNR weighs the steps of a diffusion"),
  );
});
