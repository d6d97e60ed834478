/**
 * What a trained candidate costs: its parameters, the bytes that are deployed, and the time of an answer.
 *
 * @module
 */
import { basename, join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { listFiles } from "../../deploy/list_files.ts";
import { merged } from "../../deploy/merged.ts";
import { standingAlone } from "../../deploy/standing_alone.ts";
import type { TrainedModel } from "../../deploy/trained_model.ts";
import { type Device, sizeOf, type State } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AnyExamples, AttachedModel } from "../run/assemble_stage.ts";
import { weightsFiles } from "../run/weights_identity.ts";

/** What a candidate costs. What could not be measured is absent. */
export interface CandidateFigures {
  readonly trainedParameters: number;
  /**
   * Bytes of the files of the plan's first deploy target, the base's weights included where it is opened with them;
   * of `merged` for a plan that deploys nothing. Absent where the target cannot write the model.
   */
  readonly bytes?: number;
  /** Milliseconds of the model for one sequence: the median over held-out ones, one at a time. */
  readonly milliseconds: number;
}

/** How many sequences are timed, and how many run before that. */
const [timedSequences, warmUps] = [31, 5];

/** Measures a model that was just trained. */
export async function candidateFigures(
  { targets }: Pick<PlanSpec, "targets">,
  trained: Omit<TrainedModel, "values"> & Pick<AttachedModel, "model" | "adapter">,
  { state, exact, rows, signal }: {
    readonly state: State;
    readonly exact: Device;
    readonly rows: AnyExamples;
    readonly signal: AbortSignal;
  },
): Promise<CandidateFigures> {
  const { trainable, model, adapter } = trained;
  const values = await state.read(parameters);
  const bytes = await deployedBytes(targets, { ...trained, values }, rows);
  return {
    trainedParameters: trainedTensors(model, adapter)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    ...(bytes === undefined ? {} : { bytes }),
    milliseconds: await answerTime(trainable, exact, { state, rows, signal }),
  };
}

async function answerTime(
  trainable: TrainedModel["trainable"],
  device: Device,
  { state, rows, signal }: {
    readonly state: State;
    readonly rows: AnyExamples;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const predictor = await createPredictor(trainable, device, state);
  try {
    const { length } = rows.lengths;
    const count = Math.min(timedSequences, length);
    const chosen = Array.from({ length: count }, (_, at) => Math.floor(at * length / count));
    for (let at = 0; at < warmUps; at++) {
      await predictor.outputs(rows, { chosen: [chosen[at % count]], signal });
    }
    const times: number[] = [];
    for (const sequence of chosen) {
      const began = performance.now();
      await predictor.outputs(rows, { chosen: [sequence], signal });
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[count >> 1];
  } finally {
    await predictor.dispose();
  }
}

/** Writes the model aside, counts the bytes and removes them. */
async function deployedBytes(
  [first]: PlanSpec["targets"],
  given: TrainedModel,
  test: AnyExamples,
): Promise<number | undefined> {
  const aside = await Deno.makeTempDir({ prefix: "tunebook-" });
  const target = first ?? merged(join(aside, "merged"));
  const place = join(aside, basename(target.folder) || "model");
  const trained = target.needsBase
    ? given
    : { ...given, trainable: standingAlone(given.trainable) };
  try {
    await target.check?.(trained.trainable, { ...trained, test });
    if (!target.isFile) await Deno.mkdir(place, { recursive: true });
    await target.write(trained, place);
    await target.discard?.(place);
    const own = target.isFile
      ? (await Deno.stat(place)).size
      : (await listFiles(place)).reduce((sum, { bytes }) => sum + bytes, 0);
    const base = target.needsBase ? await weightsFiles(given.files.weights) : [];
    const sizes = await Promise.all(base.map(async (file) => (await Deno.stat(file)).size));
    return sizes.reduce((sum, bytes) => sum + bytes, own);
  } catch (error) {
    // A plan that deploys nothing need not be able to.
    if (error instanceof TunebookError && !first && error.kind === "unsupported") return undefined;
    throw error;
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}
