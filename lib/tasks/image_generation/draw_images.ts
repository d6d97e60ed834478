/**
 * Draws images: noise becomes an image while a denoiser is asked again and again.
 *
 * @module
 */
import { stopPoint } from "../../core/pauses.ts";
import { silentProgress } from "../../core/progress.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import type { Rows } from "../../nn/run_over.ts";
import type { DrawOptions, Examples, Outputs } from "../../nn/task.ts";
import { checkOutput } from "../shared/check_output.ts";
import { type CaptionStates, captionStates } from "./caption_states.ts";
import type { DenoiserModel } from "./denoiser_model.ts";
import { denoisingObjective } from "./denoising_objective.ts";
import type { DrawingInput, GeneratedImage } from "./drawing.ts";
import { imageOfNumbers } from "./image_of_numbers.ts";
import { denoiserFeeds } from "./noisy_images.ts";
import { type DrawingRequestOptions, type Drawn, readRequests } from "./read_requests.ts";
import { guidance as guided } from "./samplers/guidance.ts";
import type { SamplerState } from "./samplers/sampler.ts";

/** Rows of a denoiser, with what it is asked with. */
export type DenoiserRows = Rows & Pick<Examples, "objective">;

/** How images are drawn. */
export interface DrawImagesOptions extends DrawOptions, DrawingRequestOptions {}

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
  const told = await toldBy(requests, model, { labels, signal });
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
        { model, denoise, told },
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
  return requests.map(({ label, caption, seed }, at) => ({
    ...(label === undefined ? {} : { label }),
    ...(caption === undefined ? {} : { caption }),
    seed,
    image: encode(imageOfNumbers(states[at].sample, model)),
  }));
}

/** What images show, as the model is told. */
interface Told {
  /** The number of what a request asks for, or of nothing in particular. */
  numberOf(request: Drawn): number;
  /** That of nothing in particular. */
  readonly none: number;
  /** What the numbers stand for, where they are captions. */
  readonly captions?: CaptionStates;
}

async function toldBy(
  requests: readonly Drawn[],
  { captions: encoder }: DenoiserModel,
  { labels, signal }: Pick<DrawImagesOptions, "labels" | "signal">,
): Promise<Told> {
  if (!encoder) {
    const numberOf = ({ label }: Drawn) =>
      label === undefined ? labels.length : labels.indexOf(label);
    return { none: labels.length, numberOf };
  }
  const asked = requests.map(({ caption = "" }) => caption);
  const captions = await captionStates(encoder, asked, signal);
  return {
    none: captions.none,
    numberOf: ({ caption = "" }) => captions.numberOf(caption),
    captions,
  };
}

/** What the model says of images on their way, led away from what it says without a label. */
async function saidOf(
  asked: readonly { readonly request: Drawn; readonly state: SamplerState }[],
  { model, denoise, told: { none, numberOf, captions } }: {
    readonly model: DenoiserModel;
    readonly denoise: (rows: DenoiserRows) => Promise<Outputs>;
    readonly told: Told;
  },
): Promise<Float32Array[]> {
  const shown = asked.map(({ request, state }) => ({
    label: numberOf(request),
    sample: request.sampler.modelInput(state),
    timestep: request.sampler.timesteps[state.index],
  }));
  const led = asked.map(({ request }, at) => ({ request, at }))
    .filter(({ request, at }) => shown[at].label !== none && request.guidance !== 1);
  const batch = [...shown, ...led.map(({ at }) => ({ ...shown[at], label: none }))];
  const outputs = await denoise({
    lengths: new Int32Array(batch.length).fill(model.tokens),
    feedsOf: (rows) =>
      denoiserFeeds(Array.from(rows, (row) => batch[row]), {
        model,
        captions,
        timestepOf: ({ timestep }) => timestep,
      }),
    objective: () =>
      denoisingObjective({ shape: model.shape, classes: captions === undefined ? none : 0 }),
  });
  const seeds = [...asked, ...led].map(({ request }) => request.seed);
  outputs.forEach((output, at) => checkOutput(output, `the image of seed ${seeds[at]}`));
  const said = outputs.slice(0, shown.length);
  led.forEach(({ request, at }, i) =>
    said[at] = guided(said[at], outputs[shown.length + i], request.guidance)
  );
  return said;
}
