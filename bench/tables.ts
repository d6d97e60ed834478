/**
 * Results as tables for a terminal and as ratios for a program.
 *
 * @module
 */
import type { EpochResult } from "./measure_epochs.ts";
import type { EqualityResult } from "./measure_equality.ts";
import type { FirstStepResult } from "./measure_first_step.ts";
import type { LanguageResult } from "./measure_language.ts";
import type { LargeResult, PiecesResult } from "./measure_memory.ts";
import type { RecomputeResult } from "./measure_recompute.ts";
import type { QuantisedResult } from "./measure_quantised.ts";
import type { ProductsResult, StepResult } from "./measure_steps.ts";

/** Anything that was measured. */
export type Result =
  | StepResult
  | ProductsResult
  | RecomputeResult
  | QuantisedResult
  | EpochResult
  | FirstStepResult
  | EqualityResult
  | LanguageResult
  | PiecesResult
  | LargeResult;

type Row = Readonly<Record<string, string>>;

/** Prints a table for each kind of result. */
export function printTables(results: readonly Result[]): void {
  for (const kind of new Set(results.map((result) => result.kind))) {
    const rows = results.filter((result) => result.kind === kind);
    console.log(titles[kind]);
    console.table(Object.fromEntries(rows.map((result) => [result.name, rowOf(result)])));
    for (const result of rows) if (result.kind === "language") printWays(result);
  }
}

const titles: Readonly<Record<Result["kind"], string>> = {
  "step": "one training step, medians",
  "products": "our step under ONNX Runtime's profiler",
  "recompute": "our step with gradient checkpointing and without, medians",
  "quantised": "one training step over a quantised and over a float32 base, medians",
  "epoch": "one epoch (the last), training loop only, medians",
  "first step": "from the start of the process to the end of the first step, medians",
  "equality": "losses with every saving and with none, same steps",
  "language": "steps of a language model on both sides",
  "pieces": "our step with the vocabulary's loss in pieces and without, processor time",
  "large": "our step over a large base",
};

function rowOf(result: Result): Row {
  switch (result.kind) {
    case "step":
      return {
        "ours, ms": result.ours.toFixed(1),
        "PyTorch + PEFT, ms": result.peer.toFixed(1),
        "ours / peer": result.ratio.toFixed(3),
        "with every position": result.everyPositionRatio.toFixed(3),
        ...memory(result),
      };
    case "products":
      return {
        "in matrix products": `${(100 * result.share).toFixed(0)} %`,
        "their GFLOP/s": result.gigaflops.toFixed(0),
        "one large product": result.largeGigaflops.toFixed(0),
        "in PyTorch": result.peerGigaflops.toFixed(0),
        "theirs / large": (result.gigaflops / result.largeGigaflops).toFixed(2),
      };
    case "recompute": {
      const { ordinary, recomputed } = result;
      return {
        "ordinary, ms": ordinary.milliseconds.toFixed(1),
        "recomputed, ms": recomputed.milliseconds.toFixed(1),
        "time, recomputed / ordinary": timeRatio(result).toFixed(3),
        "ordinary, peak MB": ordinary.megabytes.toFixed(0),
        "recomputed, peak MB": recomputed.megabytes.toFixed(0),
        "memory, recomputed / ordinary": (recomputed.megabytes / ordinary.megabytes).toFixed(3),
      };
    }
    case "quantised":
      return {
        "quantised, ms": result.quantised.toFixed(1),
        "float32, ms": result.float32.toFixed(1),
        "quantised / float32": result.ratio.toFixed(3),
        "base, MB": result.baseMegabytes.toFixed(0),
        "float32 base, MB": result.floatBaseMegabytes.toFixed(0),
        "base / float32 base": result.baseRatio.toFixed(3),
        "matrices, held / float32": result.heldShare.toFixed(4),
        "peak, MB": result.peakMegabytes.toFixed(0),
        "float32 peak, MB": result.floatPeakMegabytes.toFixed(0),
      };
    case "epoch":
      return {
        "ours, s": result.seconds.ours.toFixed(2),
        "Trainer, s": result.seconds.random.toFixed(2),
        "by length, s": result.seconds.group_by_length.toFixed(2),
        "ours / Trainer": result.ratios.random.toFixed(3),
        "ours / by length": result.ratios.group_by_length.toFixed(3),
        ...memory(result),
      };
    case "first step":
      return {
        "ours, s": result.ours.toFixed(2),
        "Trainer, s": result.peer.toFixed(2),
        "ours / peer": result.ratio.toFixed(3),
      };
    case "equality":
      return {
        "steps": String(result.plain.length),
        "first loss": result.plain[0].toFixed(5),
        "last loss": result.plain.at(-1)!.toFixed(5),
        "largest difference": result.difference.toExponential(1),
      };
    case "language":
      return {
        "steps": String(result.steps),
        "first loss": result.firstLoss.toFixed(4),
        "last loss": result.lastLoss.toFixed(4),
        "largest difference": result.difference.toExponential(1),
        "ours / peer's fastest": result.ratio.toFixed(3),
        "ours, peak MB": result.ourMegabytes.toFixed(0),
      };
    case "pieces": {
      const { whole, inPieces } = result;
      return {
        "whole, ms": whole.milliseconds.toFixed(0),
        "in pieces, ms": inPieces.milliseconds.toFixed(0),
        "time, pieces / whole": result.ratio.toFixed(3),
        "whole, peak MB": whole.megabytes.toFixed(0),
        "in pieces, peak MB": inPieces.megabytes.toFixed(0),
        "memory, pieces / whole": (inPieces.megabytes / whole.megabytes).toFixed(3),
        "whole, a step's MB": whole.stepMegabytes.toFixed(0),
        "in pieces, a step's MB": inPieces.stepMegabytes.toFixed(0),
        "a step's, pieces / whole": (inPieces.stepMegabytes / whole.stepMegabytes).toFixed(3),
        "difference of the loss": Math.abs(whole.loss - inPieces.loss).toExponential(1),
      };
    }
    case "large":
      return {
        "compiled, MB": result.compiledMegabytes.toFixed(0),
        "peak MB": result.peakMegabytes.toFixed(0),
        "a step, ms": result.milliseconds.toFixed(0),
        "first loss": result.losses[0].toFixed(4),
        "last loss": result.losses.at(-1)!.toFixed(4),
      };
  }
}

/** A table of the peer's ways. */
function printWays({ name, ourMegabytes, ways }: LanguageResult): void {
  console.log(`${name}: medians, in turns with each way of TRL's trainer`);
  console.table(Object.fromEntries(ways.map((way): [string, Row] => [
    way.way,
    way.failed ? { failed: way.failed } : {
      "ours, ms": way.ours.toFixed(0),
      "peer, ms": way.peer.toFixed(0),
      "ours / peer": (way.ours / way.peer).toFixed(3),
      "processor time": (way.ourProcessor / way.peerProcessor).toFixed(3),
      "peer, peak MB": way.peerMegabytes.toFixed(0),
      "memory, ours / peer": (ourMegabytes / way.peerMegabytes).toFixed(3),
    },
  ])));
}

function memory(result: StepResult | EpochResult): Row {
  return {
    "ours, peak MB": result.ourMegabytes.toFixed(0),
    "peer, peak MB": result.peerMegabytes.toFixed(0),
    "memory, ours / peer": result.memoryRatio.toFixed(3),
  };
}

function timeRatio({ ordinary, recomputed }: RecomputeResult): number {
  return recomputed.milliseconds / ordinary.milliseconds;
}

/**
 * Time here divided by the peer's, by case; an epoch has one for each way to choose batches, and a
 * recomputed step is compared with the ordinary one.
 */
export function ratiosOf(results: readonly Result[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const result of results) {
    if (result.kind === "epoch") {
      ratios[result.name] = result.ratios.random;
      ratios[`${result.name}/group_by_length`] = result.ratios.group_by_length;
    } else if (result.kind === "recompute") ratios[result.name] = timeRatio(result);
    else if ("ratio" in result) ratios[result.name] = result.ratio;
    if (result.kind === "quantised") ratios[`${result.name}/base-memory`] = result.baseRatio;
  }
  return ratios;
}
