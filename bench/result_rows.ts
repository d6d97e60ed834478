/**
 * Results as rows of the table of their kind.
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
import type { Row } from "./markdown_table.ts";
import type { PeerResult } from "./measure_beside.ts";

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

/** What a table of its kind says of a result. */
export function rowOf(result: Result): Row {
  switch (result.kind) {
    case "step":
      return {
        ...beside(result, "ms"),
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
        ...beside(result, "ms"),
        "our float32 base / peer": result.floatRatio.toFixed(3),
        "base, MB": result.baseMegabytes.toFixed(0),
        "float32 base, MB": result.floatBaseMegabytes.toFixed(0),
        "base / float32 base": result.baseRatio.toFixed(3),
        "matrices, stored / float32": result.storedShare.toFixed(4),
        ...memory(result),
        "our float32 base, peak MB": result.floatMegabytes.toFixed(0),
      };
    case "epoch":
      return { ...beside(result, "s"), ...memory(result) };
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
        ...beside(result, "ms"),
        ...memory(result),
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

/** Both sides' times, beside the way of the peer's that is the fastest. */
function beside({ fastest }: PeerResult, unit: "ms" | "s"): Row {
  return {
    [`ours, ${unit}`]: inUnit(fastest.ours, unit),
    "the peer's fastest": fastest.way,
    [`peer, ${unit}`]: inUnit(fastest.peer, unit),
    "ours / peer": fastest.ratio.toFixed(3),
  };
}

function memory(result: PeerResult & { ourMegabytes: number; memoryRatio: number }): Row {
  const { fastest, smallest, ourMegabytes, memoryRatio } = result;
  return {
    "ours, peak MB": ourMegabytes.toFixed(0),
    "peer, peak MB": fastest.peerMegabytes.toFixed(0),
    "memory, ours / peer": memoryRatio.toFixed(3),
    "the peer's least, MB": `${smallest.peerMegabytes.toFixed(0)} (${smallest.way})`,
  };
}

/** Milliseconds in a unit. */
export function inUnit(milliseconds: number, unit: "ms" | "s"): string {
  return unit === "s" ? (milliseconds / 1000).toFixed(2) : milliseconds.toFixed(1);
}

/** Time of a recomputed step divided by the ordinary one's. */
export function timeRatio({ ordinary, recomputed }: RecomputeResult): number {
  return recomputed.milliseconds / ordinary.milliseconds;
}
