/**
 * Answers for new inputs.
 *
 * @module
 */
import { withDisplay } from "../../core/display.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import type { AnyExamples } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** What inputs are called in errors. */
const where = "the inputs";

/** Encodes new inputs, runs the model, and gives one answer for each. */
export async function predictInputs(
  task: AnyLabelledTask,
  inputs: readonly unknown[],
  processor: Processor,
  outputsOf: (examples: AnyExamples) => Promise<Outputs>,
  signal: AbortSignal,
): Promise<unknown[]> {
  if (inputs.length === 0) return [];
  const table = task.tableOf(inputs);
  const examples = await task.examples(table, processor, { where, labelled: false, signal });
  const answers = examples.answers(await outputsOf(examples));
  const { display } = task;
  return display ? withDisplay(answers, (shown) => display(shown)) : answers;
}
