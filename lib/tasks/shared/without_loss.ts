/**
 * The objective of rows that nobody has labelled: a model is asked with it, and nothing is learnt.
 *
 * @module
 */
import type { Objective } from "../../nn/objective.ts";
import { needsLabels } from "./text_examples.ts";

/** The same objective without what only its loss needs; the loss is an error of kind "input". */
export function withoutLoss(objective: Objective): Objective {
  const refuse = (): never => needsLabels("loss");
  const { parameters: _, ...asked } = objective;
  return { ...asked, loss: refuse, targetsOf: refuse, weightOf: refuse };
}
