/**
 * Explains what a model says about new inputs.
 *
 * @module
 */
import { withDisplay } from "../../core/display.ts";
import { TunebookError } from "../../core/errors.ts";
import { requireInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { explainImages } from "./explain_images.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import { explainNextTokens } from "./explain_next_tokens.ts";
import { explainTexts } from "./explain_texts.ts";
import type { AnyExplanation } from "./explanation.ts";
import { displayOfImageExplanations } from "./image_explanation.ts";
import { displayOfTextExplanations } from "./text_explanation.ts";

/** Lets the model answer, and explains each answer. Nothing stays compiled. */
export async function explainInputs(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<AnyExplanation[]> {
  requireInputs(inputs, "explain");
  const { task } = model;
  const writes = task.head.name === "language" && task.writing !== undefined;
  if (task.head.name !== "classification" && !writes) throw unexplained(task);
  if (inputs.length === 0) return [];
  if (writes) {
    return withDisplay(
      await explainNextTokens(inputs, options, model, signal),
      displayOfTextExplanations,
    );
  }
  if (options.tokens !== undefined) {
    throw new TunebookError(
      "input",
      `explain: tokens is for tasks that write, not ${task.task.name}`,
    );
  }
  if (task.task.input === "image") {
    return withDisplay(
      await explainImages(inputs, options, model, signal),
      displayOfImageExplanations,
    );
  }
  return withDisplay(await explainTexts(inputs, options, model, signal), displayOfTextExplanations);
}

function unexplained({ task: { name } }: AnyLabelledTask): TunebookError {
  return new TunebookError(
    "unsupported",
    `explain shows why a text or an image has a label and why a token was written; the task here is ${name}`,
  );
}
