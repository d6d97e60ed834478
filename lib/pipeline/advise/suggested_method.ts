/**
 * Which method to begin with, by a rule of thumb, where none was measured.
 *
 * @module
 */
import { full } from "../../adapters/full.ts";
import { head } from "../../adapters/head.ts";
import { lora } from "../../adapters/lora.ts";
import { qlora } from "../../adapters/qlora.ts";
import type { Method } from "../../nn/method.ts";

/** What the rule looks at. */
export interface SuggestionInput {
  readonly trainingRows: number;
  /** Classes; 0 where there are none. */
  readonly classes: number;
  /** True for a graph of convolutions, which has no linear layers to adapt. */
  readonly hasLinears: boolean;
  /** Numbers of the model. */
  readonly parameters: number;
  readonly freeBytes: number;
}

/** A method with the reason. */
export interface SuggestedMethod {
  readonly method: Method;
  readonly reason: string;
}

/** Fewer rows of a class teach a head, and little more. */
const fewRowsOfClass = 16;
/** Bytes of a number in float32 training: packed for both directions. */
const bytesOfNumber = 8;

/** LoRA, unless rows are few, memory is small or there is nothing that it could adapt. */
export function suggestedMethod(
  { trainingRows, classes, hasLinears, parameters, freeBytes }: SuggestionInput,
): SuggestedMethod {
  if (classes > 0 && trainingRows / classes < fewRowsOfClass) {
    return {
      method: head(),
      reason:
        `${trainingRows} training rows for ${classes} classes teach a head and little more; ` +
        "fewShot learns from pairs of them",
    };
  }
  if (!hasLinears) {
    return { method: full(), reason: "the model has no linear layers that an adapter could adapt" };
  }
  if (parameters * bytesOfNumber > freeBytes) {
    return {
      method: qlora(),
      reason:
        "the weights in float32 do not fit into the memory that is free, and in four bits they may",
    };
  }
  return {
    method: lora({ rank: 8 }),
    reason: "LoRA seldom is the worst, is small to keep, and needs the memory of the frozen model",
  };
}
