/**
 * Runs of several methods on the same encoded rows: files, tokenizer and rows are opened once.
 *
 * @module
 */
import type { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import type { Splits } from "../../data/split.ts";
import { type Device, sizeOf, type State } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { writePeftFolder } from "../../adapters/peft/folder.ts";
import { loadModel } from "../../models/load_model.ts";
import type { Adapter } from "../../nn/adapter.ts";
import { type Model, openOn } from "../../nn/model.ts";
import { parameters, type TrainableModel } from "../../nn/trainable_model.ts";
import { trainedSlots } from "../../nn/trained.ts";
import type { BatchLayout } from "../../text/batch_layout.ts";
import { checkPacking, packingObstacle } from "../../train/packing.ts";
import { type StepReport, train } from "../../train/train.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { classWeightsOf } from "../run/class_weights.ts";
import { openBase } from "../run/open_base.ts";
import type { PlanParts } from "../plan_parts.ts";
import {
  prepareData,
  type PreparedData,
  type PreparedRows,
  readTrainingLabels,
} from "../run/prepare_data.ts";
import { objectiveOf } from "../run/objective_of.ts";
import { textRoom } from "../run/text_room.ts";

/** What came of one run. */
export interface RunFigures {
  /** What the trained model says about the held-out rows, [rows · outputs]. */
  readonly logits: Float32Array;
  readonly losses: readonly number[];
  /** Seconds of the training loop, without loading, compiling and scoring. */
  readonly seconds: number;
  readonly trainedParameters: number;
  /** Bytes of the PEFT folder; absent where the method has none. */
  readonly savedBytes?: number;
  /** The largest resident memory of the process, where the run had one of its own. */
  readonly peakBytes?: number;
}

/** How to run a method once. */
export interface ComparedRunOptions {
  readonly settings: TrainSettings;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  readonly onFrozenRows?: ((done: number) => void) | undefined;
  /**
   * Makes it a trial of some steps: so many rows from all over the data, without the method's own
   * schedule, which few steps need not fit.
   */
  readonly trialRows?: number;
}

/** What all runs share. */
export interface ComparedRuns {
  /** The rows for methods that take no room from the text. */
  readonly data: PreparedData;
  /** The rows with so many tokens at most. */
  dataIn(maxTokens: number): Promise<PreparedData>;
  /** Attaches a method, to see whether it fits, and tells how many tokens of a text it leaves. */
  check(method: Adapter, settings: TrainSettings): Promise<number>;
  /** Trains and scores. A run that was stopped throws an error of kind "interrupted". */
  run(method: Adapter, options: ComparedRunOptions): Promise<RunFigures>;
}

/** Opens what all runs share. `maxTokens` is what the training settings say. */
export async function openRuns(
  { model: reference, quantize, columns }: Pick<PlanParts, "model" | "quantize" | "columns">,
  splits: Splits,
  { device, maxTokens, signal }: {
    readonly device: Device;
    readonly maxTokens: number;
    readonly signal?: AbortSignal;
  },
): Promise<ComparedRuns> {
  const trainLabels = readTrainingLabels(splits, columns);
  const { files, family, config, tokenizer } = await openBase(reference, signal);
  const encoded = new Map<number, Promise<PreparedData>>();
  const dataOf = (room: number): Promise<PreparedData> => {
    const known = encoded.get(room) ?? prepareData(splits, columns, {
      tokenizer,
      maxTokens: room,
      padId: config.padId,
      usesTypes: family.usesTypes,
      signal,
    });
    encoded.set(room, known);
    return known;
  };
  // Only the head depends on the seed, and only methods with their own format on the format.
  const models = new Map<string, Promise<Model>>();
  const modelOf = (seed: number, method: Adapter): Promise<Model> => {
    const format = quantize ?? method.quantize;
    const key = `${seed} ${format}`;
    const known = models.get(key) ?? loadModel({
      reference,
      config: files.config,
      weights: files.weights,
      ...(trainLabels ? { outputs: trainLabels.names.length } : {}),
      seed,
      quantize: format,
      signal,
    });
    models.set(key, known);
    return known;
  };
  const open = async (method: Adapter, settings: TrainSettings) => {
    const model = await modelOf(settings.seed, method);
    const adapter = await openOn(model, method, {
      encode: (text) => Int32Array.from(tokenizer.encode(text).ids),
      ...(trainLabels && trainLabels.kind !== "regression" ? { labels: trainLabels.names } : {}),
    });
    checkPacking(settings, packingObstacle({ adapter }));
    return { model, adapter, room: textRoom(settings.maxTokens, config, adapter) };
  };
  return {
    data: await dataOf(Math.min(maxTokens, config.maxTokens)),
    dataIn: dataOf,
    check: async (method, settings) => (await open(method, settings)).room,
    async run(method, { settings, signal, onStep, onFrozenRows, trialRows }) {
      const { model, adapter: whole, room } = await open(method, settings);
      const { checkSteps: _, afterStep: __, record: ___, ...still } = whole;
      const isTrial = trialRows !== undefined;
      const adapter = isTrial ? still : whole;
      const data = await dataOf(room);
      const rows = isTrial ? rowsFrom(data.train, trialRows, data.outputs) : data.train;
      const trainable: TrainableModel = {
        model,
        adapter,
        objective: objectiveOf({ ...data, train: rows }, {
          labelSmoothing: settings.labelSmoothing,
          ...classWeightsOf(settings.classWeights, trainLabels),
          vocabulary: config.vocabulary,
          adapter,
        }),
      };
      const result = await train(trainable, rows, {
        device,
        settings,
        fingerprint: {},
        ...(signal ? { signal } : {}),
        ...(onStep ? { onStep } : {}),
        ...(onFrozenRows ? { onFrozenRows } : {}),
      });
      try {
        if (result.stopped === "interrupted") throw interrupted();
        const values = await result.state.read(parameters);
        const savedBytes = adapter.peft && !isTrial
          ? await peftBytes(trainable, values, data.labels)
          : undefined;
        return {
          logits: await logitsOf(trainable, data, device, result.state, signal),
          losses: result.losses,
          seconds: result.seconds,
          trainedParameters: trainedSlots(model, adapter)
            .reduce((sum, { shape }) => sum + sizeOf(shape), 0),
          ...(savedBytes === undefined ? {} : { savedBytes }),
        };
      } finally {
        result.state.dispose();
      }
    },
  };
}

/** Some of the rows, from the first to the last. */
function rowsFrom(all: PreparedRows, count: number, outputs: number): PreparedRows {
  const { lengths, feedsOf, packedFeedsOf, targets, truth, encoded } = all;
  const chosen = Array.from(
    { length: count },
    (_, at) => Math.floor(at * lengths.length / count),
  );
  const original = (rows: ArrayLike<number>) => Array.from(rows, (row) => chosen[row]);
  return {
    lengths: Int32Array.from(chosen, (row) => lengths[row]),
    feedsOf: (rows: ArrayLike<number>) => feedsOf(original(rows)),
    packedFeedsOf: (rows: ArrayLike<number>, layout: BatchLayout) =>
      packedFeedsOf(original(rows), layout),
    targets: Float32Array.from(
      chosen.flatMap((row) => [...targets.subarray(row * outputs, (row + 1) * outputs)]),
    ),
    truth: chosen.map((row) => truth[row]),
    encoded: {
      ...encoded,
      examples: chosen.map((row) => encoded.examples[row]),
      lengths: Int32Array.from(chosen, (row) => lengths[row]),
    },
  };
}

/** The error of a run that was stopped. */
export function interrupted(): TunebookError {
  return interruption("the comparison was stopped before a run was finished");
}

async function logitsOf(
  trainable: TrainableModel,
  { test }: PreparedData,
  device: Device,
  state: State,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const predictor = await createPredictor(trainable, device, state);
  try {
    return await predictor.logits(test, { signal });
  } finally {
    await predictor.dispose();
  }
}

async function peftBytes(
  { model, adapter }: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  labels: readonly string[],
): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
  try {
    await writePeftFolder(folder, model, adapter, values, labels);
    let bytes = 0;
    for await (const { name } of Deno.readDir(folder)) {
      bytes += (await Deno.stat(`${folder}/${name}`)).size;
    }
    return bytes;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
