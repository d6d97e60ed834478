/**
 * Finds the ranges of activations that files in `int8` are written with, on rows of the training.
 *
 * @module
 */
import { join } from "node:path";
import { optionMistakes } from "../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake, TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { oneOf, type Rules, whole } from "../core/option_rules.ts";
import { showProgress } from "../core/progress.ts";
import {
  openDevice,
  openOnnxFile,
  RangeCollector,
  type StaticBytes,
  writeObservedFile,
} from "../engine/mod.ts";
import { runOver } from "../nn/run_over.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { onnxGraphsOf } from "./onnx_graph.ts";
import type { RangeRows, TrainedModel } from "./trained_model.ts";

/** How the ranges of activations are found. */
export interface CalibrationOptions {
  /**
   * `percentile` leaves out the outermost numbers, `minMax` none, and `entropy` takes the range whose rounded numbers are
   * distributed most like the numbers themselves: `percentile` unless given.
   */
  readonly by?: "minMax" | "percentile" | "entropy";
  /** Of `percentile`: so many numbers of a hundred are in the range, 99.999 unless given. */
  readonly percentile?: number;
  /** How many sequences of the training rows are run, evenly drawn from all: 128 unless given. */
  readonly rows?: number;
}

const rules: Rules<CalibrationOptions> = {
  by: oneOf(["minMax", "percentile", "entropy"]),
  percentile: [
    "a number above 50 and up to 100",
    (value) => typeof value === "number" && value > 50 && value <= 100,
  ],
  rows: whole,
};

/** As onnxruntime.quantization has them, but for `by`: without a choice it takes all numbers. */
const usual = { by: "percentile", percentile: 99.999, rows: 128 } as const;
/** All that products read is kept of a batch until it is counted. */
const batchSize = 8;
/** Milliseconds of work that nobody has to be told of. */
const shortWork = 2000;

/** What is wrong with how ranges are to be found. */
export function calibrationMistakes(calibration: unknown): Mistake[] {
  if (calibration === undefined) return [];
  if (!isRecord(calibration)) {
    return [optionMistake("calibration", 'must be its options, { by: "percentile", rows: 128 }')];
  }
  const wrong = optionMistakes(calibration, rules)
    .map(({ told }) => mistakeOf((nameOf) => `calibration: ${told(nameOf)}`));
  const { by = usual.by, percentile } = calibration as CalibrationOptions;
  return percentile === undefined || by === "percentile"
    ? wrong
    : [...wrong, optionMistake("calibration", `has a percentile, which ${by} does not use`)];
}

/**
 * The bytes of each graph of a model, by its name. `weights` are the names of what is multiplied as bytes.
 *
 * @throws {TunebookError} of kind `unsupported` for trainings without rows to run, and of kind `output` for activations
 *   that are no numbers.
 */
export async function staticBytes(
  trained: TrainedModel,
  settled: TrainableModel,
  weights: ReadonlySet<string>,
  { by = usual.by, percentile = usual.percentile, rows: most = usual.rows }: CalibrationOptions =
    {},
): Promise<Readonly<Record<string, StaticBytes>>> {
  const { calibration } = trained;
  if (!calibration || calibration.rows.lengths.length === 0) {
    throw new TunebookError(
      "unsupported",
      "int8 finds the ranges of activations on rows of the training, and there are none to run here; write q8, which " +
        "rounds weights alone, or deploy from a plan with rows",
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "tunebook-calibration-" });
  const device = await openDevice("cpu");
  try {
    const collectors = new Map<string, RangeCollector>();
    const graphs = onnxGraphsOf(trained);
    const sessions = [];
    let pass = 0;
    for (const [name, graphOf] of Object.entries(graphs.programs)) {
      const { program, frozen } = await graphOf(settled);
      const file = join(folder, `${name}.onnx`);
      const values = await writeObservedFile(file, program, frozen, weights);
      const collector = new RangeCollector(values, { by, percentile });
      collectors.set(name, collector);
      const session = await openOnnxFile(file);
      sessions.push({
        async run(feeds: Parameters<typeof session.run>[0]) {
          const results = await session.run(feeds);
          collector.observe(results, pass);
          return results;
        },
        dispose: () => session.dispose(),
      });
    }
    const { run, read, dispose } = await graphs.opened(sessions, device);
    try {
      const { passes } = [...collectors.values()][0];
      for (; pass < passes; pass++) await runThrough(calibration, most, { run, read });
    } finally {
      await dispose();
    }
    return Object.fromEntries(
      [...collectors].map(([name, collector]) => [name, { weights, ranges: collector.ranges() }]),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runThrough(
  { rows, signal }: RangeRows,
  most: number,
  { run, read }: Pick<
    Awaited<ReturnType<ReturnType<typeof onnxGraphsOf>["opened"]>>,
    "run" | "read"
  >,
): Promise<void> {
  const all = rows.lengths.length;
  const count = Math.min(most, all);
  const progress = showProgress({
    title: "calibrating",
    total: count,
    unit: "rows",
    after: shortWork,
  });
  try {
    const chosen = Int32Array.from({ length: count }, (_, at) => Math.floor(at * all / count));
    await runOver(run, rows, read, { chosen, batchSize, progress, signal });
  } finally {
    progress.end();
  }
}
