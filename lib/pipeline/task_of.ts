/**
 * The task that a plan's data asks for.
 *
 * @module
 */
import type { AttachedAdapter } from "../nn/adapter.ts";
import type { Task } from "../nn/task.ts";
import { causalLanguageModelling } from "../tasks/causal_language_modelling.ts";
import { textClassification } from "../tasks/text_classification.ts";
import type { TrainSettings } from "../train/train_options.ts";
import type { PreparedData } from "./prepare_data.ts";

/** What a task takes from elsewhere than the data. */
export interface TaskSettings extends Pick<TrainSettings, "labelSmoothing"> {
  readonly classWeights?: readonly number[];
  /** How many tokens the model knows. */
  readonly vocabulary: number;
  readonly adapter: Pick<AttachedAdapter, "input">;
}

/** Classes or numbers where the data has labels, the next token where it has none. */
export function taskOf(
  { kind, outputs, train: { targets, encoded } }: PreparedData,
  { vocabulary, adapter, ...settings }: TaskSettings,
): Task {
  return kind === "language"
    ? causalLanguageModelling({
      texts: encoded.examples,
      vocabulary,
      afterVirtualTokens: adapter.input !== undefined,
    })
    : textClassification({ kind, outputs, targets, ...settings });
}
