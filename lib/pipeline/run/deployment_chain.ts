/**
 * How far each step of a deployment is from the trained model: trained → adapter → merged → ONNX → …
 *
 * @module
 */
import type { Agreement } from "../../deploy/compute_drift.ts";
import type { RowScore } from "../../deploy/held_out.ts";
import type { Receipt } from "../../deploy/target.ts";

/** One step. */
export interface ChainStep {
  /** `trained`, `adapter`, `onnx q8`, `onnx q8 in WebAssembly`, `gguf Q8_0` … */
  readonly step: string;
  /** Where it was written; absent for the trained model. */
  readonly folder?: string;
  /** Held-out sequences that were run. */
  readonly rows: number;
  /** From what the trained model gives; of formats that round much the difference of a text's mean loss. */
  readonly largestDifference: number;
  /** How often answers are the trained model's: labels, or the likeliest next tokens. */
  readonly agreement?: Agreement;
  /** By the metric of the chain, on the same rows. */
  readonly score?: RowScore;
  /** What a reader takes from the folder; absent for the trained model. */
  readonly bytes?: number;
  /** For a sequence, in batches. */
  readonly milliseconds: number;
}

/** All steps of a run, those that were written. */
export interface DeploymentChain {
  /** The metric of the scores, the one that judges the run. */
  readonly metric: string;
  readonly steps: readonly ChainStep[];
}

/** The trained model, then each receipt with what WebAssembly gave. */
export function deploymentChain(
  trained: Pick<ChainStep, "rows" | "score" | "milliseconds">,
  receipts: readonly Receipt[],
  metric: string,
): DeploymentChain {
  const steps = receipts.flatMap((receipt): ChainStep[] => {
    const { target, folder, dtype, wasm } = receipt;
    const step = dtype === undefined ? target : `${target} ${dtype}`;
    const bytes = receipt.files.reduce((sum, { bytes }) => sum + bytes, 0);
    return [
      { step, folder, bytes, ...numbersOf(receipt) },
      ...(wasm ? [{ step: `${step} in WebAssembly`, folder, bytes, ...numbersOf(wasm) }] : []),
    ];
  });
  return { metric, steps: [{ step: "trained", largestDifference: 0, ...trained }, ...steps] };
}

type Numbers = Omit<ChainStep, "step" | "folder" | "bytes">;

function numbersOf(
  { rows, largestDifference, agreement, language, score, milliseconds }:
    & Numbers
    & Pick<Receipt, "language">,
): Numbers {
  const answers = agreement ??
    (language ? { same: language.sameToken, compared: language.tokens } : undefined);
  return {
    rows,
    largestDifference,
    ...(answers ? { agreement: answers } : {}),
    ...(score ? { score } : {}),
    milliseconds,
  };
}
