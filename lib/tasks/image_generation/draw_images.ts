/**
 * Draws images: noise becomes an image while a denoiser is asked again and again.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { integer, notNegative, oneOf, type Rules, text, whole } from "../../core/option_rules.ts";
import { stopPoint } from "../../core/pauses.ts";
import { silentProgress } from "../../core/progress.ts";
import { quoted } from "../../core/quoted.ts";
import { Random } from "../../core/random.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import type { Rows } from "../../nn/run_over.ts";
import type { DrawOptions, Examples, Outputs } from "../../nn/task.ts";
import { checkOutput } from "../shared/check_output.ts";
import type { DenoiserModel } from "./denoiser_model.ts";
import { denoisingObjective } from "./denoising_objective.ts";
import type { DrawingInput, DrawingRequest, GeneratedImage } from "./drawing.ts";
import { imageOfNumbers } from "./image_of_numbers.ts";
import { denoiserFeeds } from "./noisy_images.ts";
import { guidance as guided } from "./samplers/guidance.ts";
import type { ImageSampler, SamplerState } from "./samplers/sampler.ts";
import { createSampler } from "./samplers/samplers.ts";
import { samplersOf } from "./noise_schedule_options.ts";

/** Rows of a denoiser, with what it is asked with. */
export type DenoiserRows = Rows & Pick<Examples, "objective">;

/** How images are drawn. */
export interface DrawImagesOptions extends DrawOptions {
  /** The labels that the model knows, in order. */
  readonly labels: readonly string[];
  /** For labels that are asked for without a guidance. Default 3. */
  readonly guidance?: number;
}

const usualSteps = 50;
const usualGuidance = 3;

const rules: Rules<DrawingRequest> = {
  label: text,
  seed: integer,
  steps: whole,
  guidance: notNegative,
  sampler: oneOf(samplersOf.diffusion),
};

/** A request with its defaults. */
interface Drawn extends Required<Omit<DrawingRequest, "label" | "sampler">> {
  readonly label?: string;
  /** The number of the label, or of none. */
  readonly id: number;
  readonly sampler: ImageSampler;
  readonly random: Random;
}

/**
 * An image for each request. Those that are asked alike share the model's runs. Requests that make no sense are one
 * error of kind "input".
 *
 * @param denoise runs the model over some rows
 */
export async function drawImages(
  inputs: readonly DrawingInput[],
  model: DenoiserModel,
  denoise: (rows: DenoiserRows) => Promise<Outputs>,
  { labels, guidance, progress, signal }: DrawImagesOptions,
): Promise<GeneratedImage[]> {
  const requests = readRequests(inputs, model, { labels, ...(guidance ? { guidance } : {}) });
  const numbers = model.shape.reduce((product, size) => product * size, 1);
  const noise = ({ random }: Drawn) =>
    Float32Array.from({ length: numbers }, () => random.normal());
  const states: SamplerState[] = requests.map((each) => each.sampler.start(noise(each)));
  const all = Math.max(...requests.map(({ steps }) => steps));
  const shown = progress?.(all) ?? silentProgress;
  try {
    for (let step = 0; step < all; step++) {
      await stopPoint(signal, () => `stopped after step ${step} of ${all}; no image is finished`);
      const asked = requests.map((_, at) => at).filter((at) => step < requests[at].steps);
      const said = await saidOf(
        asked.map((at) => ({ request: requests[at], state: states[at] })),
        { model, denoise, labels },
      );
      asked.forEach((at, i) => {
        const { sampler } = requests[at];
        const fresh = sampler.addsNoise(states[at].index) ? noise(requests[at]) : undefined;
        states[at] = sampler.step(states[at], said[i], fresh);
      });
      shown.update(step + 1);
    }
  } finally {
    shown.end();
  }
  const encode = await pngEncoder();
  return requests.map(({ label, seed }, at) => ({
    ...(label === undefined ? {} : { label }),
    seed,
    image: encode(imageOfNumbers(states[at].sample, model)),
  }));
}

/** What the model says of images on their way, led away from what it says without a label. */
async function saidOf(
  asked: readonly { readonly request: Drawn; readonly state: SamplerState }[],
  { model, denoise, labels }: {
    readonly model: DenoiserModel;
    readonly denoise: (rows: DenoiserRows) => Promise<Outputs>;
    readonly labels: readonly string[];
  },
): Promise<Float32Array[]> {
  const shown = asked.map(({ request: { sampler, id }, state }) => ({
    label: id,
    sample: sampler.modelInput(state),
    timestep: sampler.timesteps[state.index],
  }));
  const led = asked.map(({ request }, at) => ({ request, at }))
    .filter(({ request: { id, guidance } }) => id < labels.length && guidance !== 1);
  const batch = [...shown, ...led.map(({ at }) => ({ ...shown[at], label: labels.length }))];
  const outputs = await denoise({
    lengths: new Int32Array(batch.length).fill(model.tokens),
    feedsOf: (rows) =>
      denoiserFeeds(Array.from(rows, (row) => batch[row]), {
        model,
        timestepOf: ({ timestep }) => timestep,
      }),
    objective: () => denoisingObjective({ shape: model.shape, classes: labels.length }),
  });
  const seeds = [...asked, ...led].map(({ request }) => request.seed);
  outputs.forEach((output, at) => checkOutput(output, `the image of seed ${seeds[at]}`));
  const said = outputs.slice(0, shown.length);
  led.forEach(({ request, at }, i) =>
    said[at] = guided(said[at], outputs[shown.length + i], request.guidance)
  );
  return said;
}

/** What requests are read by. */
type RequestOptions = Pick<DrawImagesOptions, "labels" | "guidance">;

function readRequests(
  inputs: readonly DrawingInput[],
  model: DenoiserModel,
  options: RequestOptions,
): Drawn[] {
  const wrong: string[] = [];
  const found = inputs.map((input, at): Drawn | undefined => {
    try {
      return readRequest(input, at, model, options);
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`input ${at + 1}: ${error.message}`);
    }
  });
  if (wrong.length > 0) throw mistakes("input", "some images cannot be drawn:", wrong);
  return found as Drawn[];
}

function readRequest(
  input: DrawingInput,
  at: number,
  { schedule }: DenoiserModel,
  { labels, guidance: labelGuidance = usualGuidance }: RequestOptions,
): Drawn {
  const request = typeof input === "string" ? { label: input } : input;
  checkOptions("predict", request, rules);
  const { label, seed = at + 1, steps = usualSteps, guidance, sampler } = request;
  const id = label === undefined ? labels.length : labels.indexOf(label);
  if (id < 0) {
    throw new TunebookError(
      "input",
      labels.length === 0
        ? `the model knows no labels, so that it cannot draw ${quoted(label!)}; ask with {}`
        : `the model does not know the label ${quoted(label!)}${
          didYouMean(label!, labels)
        }; it knows ${labels.map(quoted).join(", ")}`,
    );
  }
  return {
    ...(label === undefined ? {} : { label }),
    id,
    seed,
    steps,
    guidance: guidance ?? (label === undefined ? 1 : labelGuidance),
    sampler: createSampler(schedule, { steps, ...(sampler === undefined ? {} : { sampler }) }),
    random: Random.fromSeed(seed, "drawing"),
  };
}
