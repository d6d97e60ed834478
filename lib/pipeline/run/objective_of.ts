/**
 * The task that a plan's data asks for.
 *
 * @module
 */
import type { AttachedAdapter } from "../../nn/adapter.ts";
import type { Objective } from "../../nn/objective.ts";
import { nextTokenObjective } from "../../tasks/shared/next_token_objective.ts";
import { classificationObjective } from "../../tasks/shared/classification_objective.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { EncodedRows } from "../../data/encode_rows.ts";
import type { PreparedData, PreparedRows } from "./prepare_data.ts";

/** What a task takes from the data. */
export interface TaskData extends Pick<PreparedData, "kind" | "outputs"> {
  readonly train: Pick<PreparedRows, "targets"> & {
    readonly encoded: Pick<EncodedRows, "examples">;
  };
}

/** What a task takes from elsewhere than the data. */
export interface TaskSettings extends Pick<TrainSettings, "labelSmoothing"> {
  readonly classWeights?: readonly number[];
  /** How many tokens the model knows. */
  readonly vocabulary: number;
  readonly adapter: Pick<AttachedAdapter, "input">;
}

/** Classes or numbers where the data has labels, the next token where it has none. */
export function objectiveOf(
  { kind, outputs, train: { targets, encoded } }: TaskData,
  { vocabulary, adapter, ...settings }: TaskSettings,
): Objective {
  return kind === "language"
    ? nextTokenObjective({
      texts: encoded.examples,
      vocabulary,
      afterVirtualTokens: adapter.input !== undefined,
    })
    : classificationObjective({ kind, outputs, targets, ...settings });
}
