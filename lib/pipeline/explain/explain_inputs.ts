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
import { explainSpans } from "./explain_spans.ts";
import { explainTags } from "./explain_tags.ts";
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
  const tags = task.task.kind === "tags";
  const spans = task.task.kind === "answers";
  if (task.head.name !== "classification" && !writes && !tags && !spans) throw unexplained(task);
  if (options.tokens !== undefined && !writes) throw notFor("tokens", "that write", task);
  if (options.word !== undefined && !tags) throw notFor("word", "that tag words", task);
  if (inputs.length === 0) return [];
  if (writes || tags || spans) {
    const explain = writes ? explainNextTokens : tags ? explainTags : explainSpans;
    return withDisplay(
      await explain(inputs, options, model, signal),
      displayOfTextExplanations,
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

function notFor(option: string, which: string, { task: { name } }: AnyLabelledTask): TunebookError {
  return new TunebookError("input", `explain: ${option} is for tasks ${which}, not ${name}`);
}

function unexplained({ task: { name } }: AnyLabelledTask): TunebookError {
  return new TunebookError(
    "unsupported",
    "explain shows why a text, a word or an image has its label, why a token was written and why a question has its " +
      `answer; the task here is ${name}`,
  );
}
