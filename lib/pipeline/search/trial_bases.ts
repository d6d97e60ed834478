/**
 * What the trials of a search share: opened models, encoded rows, and the results of frozen layers.
 *
 * @module
 */
import type { Device } from "../../engine/mod.ts";
import { noAdapter } from "../../nn/merge.ts";
import type { Method } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import { type FrozenResults, keepFrozenResults } from "../../train/frozen_results.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import {
  type AnyExamples,
  type AttachedModel,
  attachMethod,
  loadWith,
} from "../run/assemble_stage.ts";
import { askTeachers } from "../run/ask_teachers.ts";
import { checkAdapterLabels } from "../run/check_adapter_labels.ts";
import { checkTask } from "../run/check_task.ts";
import { type DataForHead, dataForHead } from "../run/head_labels.ts";
import { type OpenedModel, openStage, processorOf } from "../run/open_stage.ts";
import type { ReadData } from "../run/read_stage.ts";
import { goesOn, withReference } from "../run/reference_stage.ts";

/** The rows that a search looks at. */
export interface TrialRows {
  readonly train: AnyExamples;
  readonly validation: AnyExamples;
}

/** A trial's model with its method, and its rows. */
export interface AttachedTrial extends AttachedModel {
  readonly rows: TrialRows;
  readonly task: DataForHead["task"];
  /** Where results of frozen layers are kept for the trials that share them. */
  readonly frozenResults: FrozenResults;
  /** The same of the validation rows. */
  readonly validationResults: FrozenResults;
}

/** Opens trials. */
export interface TrialBases extends AsyncDisposable {
  attach(spec: PlanSpec, how: TrialMethod): Promise<AttachedTrial>;
  /** The rows alone, as a method that takes no room from texts has them. */
  rowsOf(spec: PlanSpec, how: TrialMethod): Promise<TrialRows>;
}

/** A trial's method, with its files read, and its settings. */
export interface TrialMethod {
  readonly method: Method;
  readonly settings: TrainSettings;
  readonly signal: AbortSignal;
}

/** Results of frozen layers may take as much memory as the rows of an epoch. */
const mostFrozenResults = 4;

/** Opens bases as trials ask for them. Test rows are never encoded. */
export function trialBases(found: ReadData, device: Device): TrialBases {
  const opened = new Map<string, Promise<OpenedModel>>();
  const models = new Map<string, Promise<Model>>();
  const encoded = new Map<string, Promise<TrialRows>>();
  const results = keepFrozenResults(mostFrozenResults);
  const ofValidation = keepFrozenResults(mostFrozenResults);
  const open = async (spec: PlanSpec, { method, signal }: TrialMethod) => {
    // What a new model is made of depends on the method as well.
    const of = [spec.model, spec.model.startsWith("new:") ? method.method : ""].join(" ");
    const base = `${of} ${spec.layers} ${spec.heads} ${spec.feedForward}`;
    const files = await kept(opened, base, () => openStage(spec, { signal, read: found }));
    const read = await dataForHead(files, found, method);
    const { labels, head } = read.task;
    const headKey = JSON.stringify([labels, head]);
    const rowsKeyOf = (room: number) => `${of} ${room} ${headKey}`;
    const rowsIn = (room: number) =>
      kept(encoded, rowsKeyOf(room), () => encodedRows(read, files, room, signal));
    return { base, files, read, headKey, rowsKeyOf, rowsIn };
  };
  return {
    async rowsOf(spec, how) {
      const { files: { config }, rowsIn } = await open(spec, how);
      return await rowsIn(Math.min(how.settings.maxTokens, config.maxTokens));
    },
    async attach(spec, how) {
      const { method, settings, signal } = how;
      const { quantize = method.quantize, task } = spec;
      const { base, files, read, headKey, rowsKeyOf, rowsIn } = await open(spec, how);
      const modelKey = `${base} ${quantize} ${settings.seed} ${headKey}`;
      const model = await kept(models, modelKey, () =>
        loadWith(files, read.task, {
          seed: settings.seed,
          ...(quantize ? { quantize } : {}),
          signal,
        }));
      const attached = await attachMethod(model, method, files, read.task, settings);
      checkTask(model, attached.adapter, read.task);
      checkAdapterLabels(attached.adapter.labels, read.task);
      const room = attached.maxTokens;
      const rowsKey = rowsKeyOf(room);
      const plain = await rowsIn(room);
      const continues = goesOn({ method: spec.method });
      const rows = task.kind !== "preference"
        ? plain
        : await kept(encoded, `${rowsKey} ${continues ? crypto.randomUUID() : modelKey}`, () =>
          comparedRows(continues ? attached : { model, adapter: noAdapter }, plain, {
            device: device.inFloat32 ?? device,
            continues,
            signal,
          }));
      return {
        ...attached,
        rows,
        task: read.task,
        frozenResults: named(results, `${modelKey} ${rowsKey}`),
        validationResults: named(ofValidation, `${modelKey} ${rowsKey}`),
      };
    },
    async [Symbol.asyncDispose]() {
      await results[Symbol.asyncDispose]();
      await ofValidation[Symbol.asyncDispose]();
    },
  };
}

/** The results of one model over the same rows. */
function named(results: FrozenResults, of: string): FrozenResults {
  return { ...results, take: (key, ...more) => results.take(`${of} ${key}`, ...more) };
}

/** What is known under a key, or what is made; what cannot be made is tried again by the next. */
async function kept<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  value.catch(() => known.delete(key));
  return await value;
}

async function encodedRows(
  { splits, task }: ReadData,
  files: OpenedModel,
  room: number,
  signal: AbortSignal,
): Promise<TrialRows> {
  const processor = processorOf(files, room);
  const encode = (name: "train" | "validation", where: string) =>
    task.examples(splits[name]!, processor, { where, training: name === "train", signal });
  const where = "the training data";
  const train = await encode("train", where);
  return {
    train: await askTeachers(train, {
      table: splits.train,
      student: files.config,
      ...{ processor, where, signal },
    }),
    validation: await encode("validation", "the validation data"),
  };
}

/** Preferences are compared with the model before its training. */
async function comparedRows(
  model: Pick<AttachedModel, "model" | "adapter">,
  rows: TrialRows,
  context: Parameters<typeof withReference>[2],
): Promise<TrialRows> {
  const [train, validation] = await withReference(model, [rows.train, rows.validation], context);
  return { train, validation };
}
