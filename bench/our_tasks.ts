/**
 * Our side of a task, as a process of its own: the stages of a run, on rows from a file.
 *
 * @module
 */
import { lora } from "../lib/adapters/lora.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import type { Device } from "../lib/engine/mod.ts";
import { metricOf } from "../lib/metrics/mod.ts";
import type { PlanSpec } from "../lib/pipeline/plan_spec.ts";
import { assembleStage } from "../lib/pipeline/run/assemble_plan.ts";
import { type OpenedModel, openStage } from "../lib/pipeline/run/open_stage.ts";
import { type ReadData, readStage } from "../lib/pipeline/run/read_stage.ts";
import { scorerOf, scoreStage } from "../lib/pipeline/run/score_stage.ts";
import { tableFromRows } from "../lib/table/table.ts";
import { taskOf } from "../lib/tasks/mod.ts";
import { initialParameters } from "../lib/train/initial_state.ts";
import { learningRateAt } from "../lib/train/schedules/mod.ts";
import { planSteps } from "../lib/train/step_plan.ts";
import { train } from "../lib/train/train.ts";
import { trainSettings } from "../lib/train/train_options.ts";
import { encoder } from "./cases.ts";
import { serve } from "./serve.ts";
import type { TaskSettings } from "./task_cases.ts";
import type { TaskRows } from "./task_files.ts";

interface Message {
  readonly cmd: string;
  /** The task's name, and the columns that it reads. */
  readonly task: string;
  readonly columns: Readonly<Record<string, string>>;
  /** The metrics by name. */
  readonly scores: readonly string[];
  /** Rows as JSON. */
  readonly file: string;
  readonly settings: TaskSettings;
  readonly threads?: number;
  readonly seed: number;
}

let spec: PlanSpec;
let read: ReadData;
let opened: OpenedModel;
let device: Device;

await serve<Message>({
  async setup({ task, columns, scores, file, settings, threads }) {
    const { rank, alpha, targets, ...training } = settings;
    const rows = JSON.parse(await Deno.readTextFile(file)) as TaskRows;
    const [data, test] = [rows.train, rows.test].map((each) => tableFromRows([...each]));
    spec = {
      model: encoder,
      data,
      task: taskOf(task, columns),
      split: { test },
      method: lora({ rank, alpha, targets }),
      train: training,
      metrics: Object.fromEntries(scores.map((name) => [name, metricOf(name)])),
      targets: [],
    };
    device = onnxRuntime("cpu", undefined, { ...(threads ? { threads } : {}) });
    read = await readStage(spec);
    opened = await openStage(spec);
    return { rows: data.numRows() };
  },
  before: async ({ seed = 1 }) => {
    const { scores } = await run(seed, 0);
    return { scores };
  },
  train: ({ seed }) => run(seed, trainSettings(spec.train).epochs),
  steps: ({ seed, file }) => steps(seed, file),
});

/**
 * Trains in padded batches without dropout. Writes what the other side needs to take the same steps:
 * where the parameters start, the labels in our order, and the rows and the rate of each step.
 */
async function steps(seed: number, file: string) {
  const settings = trainSettings({ ...spec.train, seed, packing: false }, spec.method);
  const { signal } = new AbortController();
  const { method } = spec;
  const assembled = await assembleStage(spec, opened, read, { method, settings, signal });
  const { model } = assembled.trainable;
  const rates = Object.keys(model.config).filter((name) => /dropout$/i.test(name));
  const config = { ...model.config, ...Object.fromEntries(rates.map((name) => [name, 0])) };
  const trainable = { ...assembled.trainable, model: { ...model, config } };
  const rows = assembled.data.train;
  const { totalSteps, microBatchesOf } = planSteps(rows.lengths, settings);
  const start = {
    parameters: Object.fromEntries(
      [...initialParameters(trainable, seed)].map(([path, values]) => [path, [...values]]),
    ),
    labels: read.task.labels,
    rates: Array.from(
      { length: totalSteps },
      (_, step) => learningRateAt({ ...settings, totalSteps }, step),
    ),
    steps: Array.from({ length: totalSteps }, (_, step) => [...microBatchesOf(step)[0]]),
  };
  await Deno.writeTextFile(file, JSON.stringify(start));
  const { state, losses } = await train(trainable, rows, { device, settings, fingerprint: {} });
  state.dispose();
  return { losses };
}

/** Trains with a seed and scores the test rows. */
async function run(seed: number, epochs: number) {
  const settings = trainSettings({ ...spec.train, epochs, seed }, spec.method);
  const { signal } = new AbortController();
  const { method } = spec;
  const { trainable, data } = await assembleStage(spec, opened, read, { method, settings, signal });
  const result = await train(trainable, data.train, { device, settings, fingerprint: {} });
  const { state, losses, seconds, packing, keptStep: steps } = result;
  await using scorer = scorerOf(trainable, device);
  const options = { quiet: true };
  const { scores } = await scoreStage(spec, data.test, scorer, { state, steps, options, signal });
  state.dispose();
  return {
    epochSeconds: seconds / Math.max(1, epochs),
    scores,
    loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    packing,
  };
}
