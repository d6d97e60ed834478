/**
 * How the reader of a deployed folder asks it, and what its answers must be. A task says so beside its
 * signature; a receipt then compares the reader's answers with the trained model's.
 *
 * @module
 */
import type { Table } from "../table/table.ts";
import type { ReaderPipeline } from "../text/transformers_js.ts";
import type { Processor } from "./processor.ts";

/** What the trained model says about one input. */
export interface ExpectedAnswer<Input = unknown, Answer = unknown> {
  readonly input: Input;
  /** What `predict` answers. */
  readonly answer: Answer;
  /** What the model gave for each sequence of the input. */
  readonly outputs: readonly Float32Array[];
  /** Whether tokens were cut off. */
  readonly truncated: boolean;
  /** What made its sequences. */
  readonly processor: Processor;
  /** What a model that writes goes on with, the likeliest token each time. */
  readonly written?: WrittenAnswer;
}

/** A text as it was written. */
export interface WrittenAnswer {
  readonly text: string;
  /** Its tokens. */
  readonly tokens: readonly number[];
  /** What they stand behind; of an encoder-decoder what its decoder begins with. */
  readonly prompt: ArrayLike<number> & Iterable<number>;
  /** What an encoder-decoder answers to. */
  readonly source?: Iterable<number>;
  /** After each token the text so far, and how far the token led before the next likeliest one. */
  readonly steps: readonly { readonly text: string; readonly lead: number }[];
}

/** How far the reader's answer is from the trained model's. */
export interface AnswerDifference {
  /** The largest difference of a number. */
  readonly difference: number;
  /** What is wrong beside numbers, such as a label that nobody knows. */
  readonly problem?: string;
  /** How a text that was written agrees with the trained model's. */
  readonly text?: { readonly isSame: boolean; readonly hasSameFirstToken: boolean };
}

/** What limits of the reader depend on. */
export interface ReaderLimits {
  readonly processor: Processor;
  /** Whether some rows are longer than the model takes. */
  readonly hasLongRows: boolean;
}

/** What is given to a model and what comes back; pages have a form and an answer for each. */
export type ReaderKind =
  | "labels"
  | "number"
  | "tags"
  | "answer"
  | "vectors"
  | "text"
  | "chat"
  | "target"
  | "imageLabels"
  | "imageNumber"
  | "boxes"
  | "masks";

/** How a program asks the pipeline that has transformers.js alone, as plain JSON. */
export interface ReaderRequest {
  readonly kind: ReaderKind;
  /** True where an input is two texts. */
  readonly pair?: boolean;
  /** True where an input may have several labels. */
  readonly several?: boolean;
  /** What stands before every source. */
  readonly before?: string;
  /** The pipeline's name of how vectors are pooled. */
  readonly pooling?: string;
  /** Whether vectors are brought to length 1. */
  readonly normalize?: boolean;
}

/** How transformers.js asks a deployed model for a task. */
export interface ReaderContract<Input = unknown, Answer = unknown> {
  /** The pipeline's name. */
  readonly pipeline: string;
  /** Rows as `predict` takes them. */
  inputsOf(table: Table): Input[];
  /** Inputs out of many: those that may be longer than the model takes. */
  joined(inputs: readonly Input[]): Input[];
  /** True for pairs of texts of which the longer one is cut, where both are too long. */
  readonly pairs?: boolean;
  /** Whether the reader answers an input that is longer than the model takes as `predict` does. */
  longInputs(processor: Processor): boolean;
  /** What the reader cannot do, in a sentence; said before the training. */
  limit?(about: ReaderLimits): string | undefined;
  /** Why the reader cannot answer right, in a sentence; targets that it opens refuse such a model before the training. */
  obstacle?(processor: Processor): string | undefined;
  /** How pages and servers without tunebook ask; a task without it has neither. */
  request?(processor: Processor): ReaderRequest;
  /** Asks for some inputs at once; one answer for each. */
  ask(
    reader: ReaderPipeline,
    inputs: readonly Input[],
    processor: Processor,
  ): Promise<readonly unknown[]>;
  /** Compares an answer; differences up to `tolerance` are none. */
  compare(
    found: unknown,
    expected: ExpectedAnswer<Input, Answer>,
    tolerance: number,
  ): AnswerDifference;
  /** The size of what the trained model says, which differences are measured by. */
  sizeOf(expected: ExpectedAnswer<Input, Answer>): number;
}

/** The largest absolute number of some outputs; 0 without numbers. */
export function largestOutput(outputs: readonly Float32Array[]): number {
  let largest = 0;
  for (const each of outputs) {
    for (const value of each) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}
