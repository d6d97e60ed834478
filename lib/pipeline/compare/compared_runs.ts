/**
 * Runs of several methods on the same encoded rows: files, tokenizer and rows are opened once.
 *
 * @module
 */
import { writePeftFolder } from "../../adapters/peft/folder.ts";
import type { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { type Device, sizeOf, type State } from "../../engine/mod.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Method } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import type { Outputs } from "../../nn/task.ts";
import { parameters, type TrainableModel } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { type StepReport, train } from "../../train/train.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { askTeachers } from "../run/ask_teachers.ts";
import { encodeSplits } from "../run/assemble_plan.ts";
import {
  type AnyExamples,
  attachMethod,
  type EncodedSplits,
  loadWith,
  trainableOf,
} from "../run/assemble_stage.ts";
import { checkAdapterLabels } from "../run/check_adapter_labels.ts";
import { checkTask } from "../run/check_task.ts";
import { dataForHead } from "../run/head_labels.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import { goesOn, splitsWithReference, withReference } from "../run/reference_stage.ts";
import type { AnyLabelledTask, ReadData } from "../run/read_stage.ts";
import { scorerOf } from "../run/score_stage.ts";
import { generationDefaults } from "../write/text_model_of.ts";
import { comparedWriting, type WritingRun, type WrittenTexts } from "./compared_writing.ts";

/** What came of one run. */
export interface RunFigures {
  /** What the trained model gave for each sequence of the held-out rows; none where it wrote. */
  readonly outputs: Outputs;
  /** What it wrote for them, where that is compared. */
  readonly written?: WrittenTexts;
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
  /** What was decided about the checkpoint's head, where that does not go without saying. */
  readonly headNote?: string;
  /** The rows for methods that take no room from the text. */
  readonly data: EncodedSplits;
  /** The rows with so many tokens at most, and what they are compared with: the model as the method holds it. */
  dataIn(maxTokens: number, method: Method): Promise<EncodedSplits>;
  /** Attaches a method, to see whether it fits, and tells how many tokens of a text it leaves. */
  check(method: Method, settings: TrainSettings): Promise<number>;
  /** Trains and scores. A run that was stopped throws an error of kind "interrupted". */
  run(method: Method, options: ComparedRunOptions): Promise<RunFigures>;
}

/** How runs are opened. */
export interface OpenRunsOptions {
  readonly device: Device;
  /** What the training settings say. */
  readonly maxTokens: number;
  /** Given where held-out rows are answered with texts, and how; else they are scored as they are. */
  readonly writes?: { readonly generate: WritingOptions | undefined } | undefined;
  readonly signal?: AbortSignal;
}

/** Opens what all runs share. */
export async function openRuns(
  spec: Pick<PlanSpec, "model" | "quantize" | "layers" | "family">,
  found: ReadData,
  { device, maxTokens, writes, signal }: OpenRunsOptions,
): Promise<ComparedRuns> {
  const opened = await openStage(spec, { signal, read: found });
  const read = await dataForHead(opened, found);
  const { task, splits, headNote } = read;
  const table = splits.test;
  const exact = device.inFloat32 ?? device;
  const writing = writes && comparedWriting({
    ...{ task, opened, device: exact, table },
    defaults: await generationDefaults(opened),
    generate: writes.generate,
  });
  const encoded = new Map<number, Promise<EncodedSplits>>();
  const dataOf = (room: number): Promise<EncodedSplits> => {
    const known = encoded.get(room) ??
      encodeSplits(read, processorOf(opened, room), signal, {
        device: exact,
        student: opened.config,
      });
    encoded.set(room, known);
    return known;
  };
  // Only the head depends on the seed, and only methods with their own format on the format.
  const models = new Map<string, Promise<Model>>();
  const modelOf = (seed: number, method: Method): Promise<Model> => {
    const quantize = spec.quantize ?? method.quantize;
    const key = `${seed} ${quantize}`;
    const known = models.get(key) ?? loadWith(opened, task, { seed, quantize, signal });
    models.set(key, known);
    return known;
  };
  const open = async (method: Method, settings: TrainSettings) => {
    const model = await modelOf(settings.seed, method);
    const attached = await attachMethod(model, method, opened, task, settings);
    checkTask(model, attached.adapter, task);
    checkAdapterLabels(attached.adapter.labels, task);
    return attached;
  };
  // A method is compared with the model before its training, whose weights it may hold in fewer bits, and with those
  // that it goes on from.
  const asking = (method: Method) => ({ device: exact, continues: goesOn({ method }), signal });
  const before = async (room: number, method: Method) =>
    goesOn({ method })
      ? await open(method, trainSettings({ maxTokens: room }))
      : { model: await modelOf(1, method), adapter: noAdapter };
  const referenced = new Map<string, Promise<EncodedSplits>>();
  const comparedDataOf = (room: number, method: Method): Promise<EncodedSplits> => {
    const from = goesOn({ method }) ? JSON.stringify(method.settings) : "";
    const key = `${room} ${spec.quantize ?? method.quantize} ${from}`;
    const known = referenced.get(key) ?? dataOf(room).then(async (data) => {
      if (!data.train.withReference) return data;
      return await splitsWithReference(await before(room, method), data, asking(method));
    });
    referenced.set(key, known);
    return known;
  };
  const trialOf = async (room: number, count: number, method: Method): Promise<AnyExamples> => {
    const rows = splits.train.numRows();
    const chosen = Array.from({ length: count }, (_, at) => Math.floor(at * rows / count));
    const table = pickRows(splits.train, chosen);
    const where = "the training data";
    const processor = processorOf(opened, room);
    const encoded = await task.examples(table, processor, { where, signal });
    const examples = await askTeachers(encoded, {
      ...{ table, processor, where, signal },
      device: exact,
      student: opened.config,
    });
    if (!examples.withReference) return examples;
    const attached = await before(room, method);
    const [known] = await withReference(attached, [examples], asking(method));
    return known;
  };
  return {
    ...(headNote ? { headNote } : {}),
    data: await dataOf(Math.min(maxTokens, opened.config.maxTokens)),
    dataIn: comparedDataOf,
    async check(method, settings) {
      const attached = await open(method, settings);
      await writing?.check(attached);
      return attached.maxTokens;
    },
    async run(method, { trialRows, ...options }) {
      const attached = await open(method, options.settings);
      const { model, adapter, maxTokens } = attached;
      const data = await comparedDataOf(maxTokens, method);
      const isTrial = trialRows !== undefined;
      const { checkSteps: _, afterStep: __, record: ___, ...still } = adapter;
      const rows = isTrial ? await trialOf(maxTokens, trialRows, method) : data.train;
      const trained = { model, adapter: isTrial ? still : adapter };
      const trainable = trainableOf(trained, rows, options.settings);
      const write = isTrial ? undefined : writing?.write.bind(undefined, attached);
      const about = { ...options, device, task, isTrial, write };
      return await runOnce(trainable, rows, data.test, about);
    },
  };
}

interface RunOnceOptions extends ComparedRunOptions {
  readonly device: Device;
  readonly task: AnyLabelledTask;
  readonly isTrial: boolean;
  readonly write: ((state: State, run: WritingRun) => Promise<WrittenTexts>) | undefined;
}

/** Trains on the rows, and runs the held-out ones. */
async function runOnce(
  trainable: TrainableModel,
  rows: AnyExamples,
  test: AnyExamples,
  { device, task, isTrial, write, settings, signal, onStep, onFrozenRows }: RunOnceOptions,
): Promise<RunFigures> {
  const { model, adapter } = trainable;
  const result = await train(trainable, rows, {
    device,
    settings,
    fingerprint: {},
    ...(signal ? { signal } : {}),
    ...(onStep ? { onStep } : {}),
    ...(onFrozenRows ? { onFrozenRows } : {}),
  });
  const { state } = result;
  const scorer = scorerOf(trainable, device.inFloat32 ?? device);
  try {
    if (result.stopped === "interrupted") throw interrupted();
    const values = await state.read(parameters);
    const savedBytes = adapter.peft && !isTrial
      ? await peftBytes(trainable, values, task)
      : undefined;
    const run = { seed: settings.seed, signal: signal ?? new AbortController().signal };
    const written = await write?.(state, run);
    return {
      outputs: written ? [] : await scorer.outputs(test, { state, signal }),
      ...(written ? { written } : {}),
      losses: result.losses,
      seconds: result.seconds,
      trainedParameters: trainedTensors(model, adapter)
        .reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      ...(savedBytes === undefined ? {} : { savedBytes }),
    };
  } finally {
    await scorer[Symbol.asyncDispose]();
    state.dispose();
  }
}

/** The error of a run that was stopped. */
export function interrupted(): TunebookError {
  return interruption("the comparison was stopped before a run was finished");
}

async function peftBytes(
  { model, adapter }: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  { labels, signature }: AnyLabelledTask,
): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
  try {
    await writePeftFolder(folder, model, adapter, values, {
      taskType: signature.peftTaskType,
      labels,
    });
    let bytes = 0;
    for await (const { name } of Deno.readDir(folder)) {
      bytes += (await Deno.stat(`${folder}/${name}`)).size;
    }
    return bytes;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
