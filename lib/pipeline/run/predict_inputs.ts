/**
 * Answers for new inputs.
 *
 * @module
 */
import { isPlainObject } from "../../core/objects.ts";
import { showProgress, silentProgress } from "../../core/progress.ts";
import { withDisplay } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Rows } from "../../nn/run_over.ts";
import type { Outputs } from "../../nn/task.ts";
import type { AnyExamples } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** Rows that a model is asked over, and what it is asked with. */
export type AskedRows = Rows & Pick<AnyExamples, "objective">;

/** What inputs are called in errors. */
const where = "the inputs";

/** Throws an error of kind "input" for what is no list, such as a single text, and shows the right call. */
export function requireInputs(inputs: unknown, of = "predict"): void {
  if (Array.isArray(inputs)) return;
  const isOne = typeof inputs === "string" || isPlainObject(inputs);
  throw new TunebookError(
    "input",
    `${of} takes a list of inputs, ${isOne ? `${of}([${shownValue(inputs)}])` : "[input]"}, ` +
      `but got ${isOne ? "one alone" : inputs === undefined ? "nothing" : shownValue(inputs)}`,
  );
}

/** How answers are made. */
export interface PredictInputsOptions {
  readonly signal: AbortSignal;
  /** Shows no progress. */
  readonly quiet?: boolean | undefined;
}

/** Drawing that takes longer than this shows how far it is. */
const unseenMilliseconds = 2000;

/** Encodes new inputs, runs the model, and gives one answer for each. */
export async function predictInputs(
  task: AnyLabelledTask,
  inputs: readonly unknown[],
  processor: Processor,
  outputsOf: (examples: AskedRows) => Promise<Outputs>,
  options: PredictInputsOptions,
): Promise<unknown[]> {
  requireInputs(inputs);
  if (inputs.length === 0) return [];
  const answers = await answersTo(task, inputs, processor, outputsOf, options);
  const { display } = task;
  return display ? withDisplay(answers, (shown) => display(shown)) : answers;
}

/** Draws, or asks once for each input. */
async function answersTo(
  { drawing, ...task }: AnyLabelledTask,
  inputs: readonly unknown[],
  processor: Processor,
  outputsOf: (examples: AskedRows) => Promise<Outputs>,
  { signal, quiet }: PredictInputsOptions,
): Promise<unknown[]> {
  if (drawing) {
    const progress = (total: number) =>
      quiet
        ? silentProgress
        : showProgress({ title: "drawing", total, unit: "steps", after: unseenMilliseconds });
    return await drawing.draw(inputs, processor, outputsOf, { signal, progress });
  }
  const table = task.tableOf(inputs);
  const examples = await task.examples(table, processor, { where, labelled: false, signal });
  return examples.answers(await outputsOf(examples));
}
