/**
 * The programs that ask a trained model what explains its answers.
 *
 * @module
 */
import { type ExplainPrograms, explainPrograms } from "../../evaluate/explain/explain_programs.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { ExplainableModel } from "./explainable_model.ts";

/** The programs of a model as it is trained now. */
export async function programsOf(
  model: ExplainableModel,
  trainable: TrainableModel,
  signal: AbortSignal | undefined,
): Promise<ExplainPrograms> {
  const { device, held } = model;
  return explainPrograms(trainable, { device, state: await model.stateOf(), held, signal });
}
