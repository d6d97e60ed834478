/**
 * In which numbers a run is scored: float32, or eight bits where the plan says so, with float32 beside them
 * for all that files are compared with.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { type EightBitLinears, eightBitLinears, eightBitText } from "../../nn/eight_bit_linears.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { computesBytes } from "../../train/open_compute.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { asksForTexts, type Scorer, scorerOf } from "./score_stage.ts";

/** What runs a model over held-out rows. */
export interface Scoring extends AsyncDisposable {
  /** In the arithmetic of the scores. */
  readonly scorer: Scorer;
  /** In float32; the same one where scores are in float32. */
  readonly exact: Scorer;
  /** The arithmetic of the scores in one line. */
  readonly reason: string;
  /** Which linear layers the scores compute in eight bits, where they do. */
  readonly eightBit?: EightBitLinears;
}

/**
 * Opens what a plan asks for; nothing is compiled before it is used. Layers that are trained are in eight
 * bits as well, but not heads. Throws an error of kind "unsupported" for int8 on a device that has no
 * eight-bit products.
 */
export function scoringOf(
  spec: Pick<PlanSpec, "evaluateCompute" | "metrics" | "task">,
  trainable: TrainableModel,
  device: Device,
): Scoring {
  const { evaluateCompute = "float32" } = spec;
  const exact = scorerOf(trainable, device);
  if (evaluateCompute === "float32") {
    return {
      scorer: exact,
      exact,
      reason: "float32",
      [Symbol.asyncDispose]: () => exact[Symbol.asyncDispose](),
    };
  }
  if (!computesBytes(device.name)) {
    throw new TunebookError(
      "unsupported",
      `scores are to be computed in int8, but the device ${device.name} has no eight-bit products; ` +
        "leave compute out of evaluate, or take the device cpu",
    );
  }
  const eightBit = eightBitLinears(trainable);
  const scorer = scorerOf(trainable, device, { eightBit });
  return {
    scorer,
    exact,
    reason: `int8: ${eightBitText(eightBit)}` +
      (asksForTexts(spec) ? "; texts are written in float32" : ""),
    eightBit,
    async [Symbol.asyncDispose]() {
      await scorer[Symbol.asyncDispose]();
      await exact[Symbol.asyncDispose]();
    },
  };
}
