/**
 * Heat maps of what a classifier looked at, for the rows of a table.
 *
 * @module
 */
import { pauses } from "../../core/pauses.ts";
import type { Device, HeldWeights, HostTensor, State } from "../../engine/mod.ts";
import type { HeatMap } from "../../image/heat_map.ts";
import type { Feeds, FeedsSoon } from "../../nn/feeds.ts";
import { frozenOf, type TrainableModel } from "../../nn/trainable_model.ts";
import { attentionProgram, patchGridOf, rolledOut } from "./attention_rollout.ts";
import { explainedOutput, gradCamProgram } from "./grad_cam.ts";

/** What is looked at inside of a model. */
export type MapMethod = "gradCam" | "attentionRollout";

/** Which maps are wanted, and what computes them. */
export interface HeatMapsOptions {
  readonly method: MapMethod;
  /** The output of each row that Grad-CAM explains, [rows]. */
  readonly outputs: readonly number[];
  feedsOf(rows: ArrayLike<number>): FeedsSoon;
  readonly device: Device;
  /** What holds the trained tensors, where there are any. */
  readonly state: State | undefined;
  /** Frozen weights that are held for other programs of the same base. */
  readonly held?: HeldWeights | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that are run together: all layers' attention, or the gradients of maps, are there at once. */
const batchSize = 8;

/**
 * A map of each row, in the resolution that the method has. The program is compiled and freed again.
 *
 * Throws an error of kind "unsupported" where the model is none that the method can explain.
 */
export async function heatMaps(
  trainable: TrainableModel,
  { method, outputs, feedsOf, device, state, held, signal }: HeatMapsOptions,
): Promise<HeatMap[]> {
  const mapsOf = method === "gradCam" ? gradCamMaps : rolloutMaps(patchGridOf(trainable));
  const program = method === "gradCam" ? gradCamProgram(trainable) : attentionProgram(trainable);
  const compiled = await device.compile(program, {
    frozen: frozenOf(trainable),
    ...(state ? { state } : {}),
    ...(held ? { held } : {}),
  });
  const pause = pauses(signal);
  const maps: HeatMap[] = [];
  try {
    for (let start = 0; start < outputs.length; start += batchSize) {
      await pause();
      const chosen = outputs.slice(start, start + batchSize);
      const feeds = await feedsOf(chosen.map((_, at) => start + at));
      const asked: Feeds = method === "gradCam"
        ? { [explainedOutput]: oneHot(chosen, trainable.objective.outputs) }
        : {};
      maps.push(...mapsOf(await compiled.run({ ...feeds, ...asked }, signal)));
    }
  } finally {
    await compiled.dispose();
  }
  return maps;
}

type Results = Readonly<Record<string, HostTensor>>;

function gradCamMaps({ heat: { shape: [batch, height, width], data } }: Results): HeatMap[] {
  const size = width * height;
  return Array.from({ length: batch }, (_, row) => ({
    width,
    height,
    data: Float32Array.from(data.subarray(row * size, (row + 1) * size)),
  }));
}

/** The patches are the last tokens of an image. */
function rolloutMaps([height, width]: readonly [number, number]): (results: Results) => HeatMap[] {
  return (results) =>
    rolledOut(results).map((shares) => ({
      width,
      height,
      data: Float32Array.from(shares.subarray(shares.length - width * height)),
    }));
}

function oneHot(chosen: readonly number[], outputs: number): HostTensor {
  const data = new Float32Array(chosen.length * outputs);
  chosen.forEach((output, row) => data[row * outputs + output] = 1);
  return { shape: [chosen.length, outputs], data };
}
