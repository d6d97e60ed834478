/**
 * What the server asks: bases that are open, each with the models that answer on it.
 *
 * @module
 */
import type { TextModel } from "../generate/text_model.ts";
import type { LabelledTask } from "../nn/task.ts";
import type { ModelCard } from "./model_card.ts";

/** A model under the name that requests ask for: a base by itself, or one of its adapters. */
export interface ServedModel {
  /** The name in requests, `reviews`. */
  readonly name: string;
  /** What it was trained for, which says how it is asked and what it answers. */
  // deno-lint-ignore no-explicit-any
  readonly task: LabelledTask<any, any, any>;
  /** The names of what its head gives; empty where they have none. */
  readonly labels: readonly string[];
  /** When its folder was written, in seconds since 1970. */
  readonly created: number;
  /** The most tokens that it reads, and writes, of one text; undefined where it reads none. */
  readonly maxTokens?: number;
  /** What is known of it, read when it is asked for; absent where nothing is. */
  card?(): Promise<ModelCard>;
}

/** An input of one of a base's models. */
export interface Asked {
  readonly model: ServedModel;
  readonly input: unknown;
}

/** One set of weights in memory, with which models answer in the same batches. */
export interface ServedBase {
  /** What was opened. */
  readonly reference: string;
  /** The models that it answers for, those included that are not in memory yet. */
  readonly models: readonly ServedModel[];
  /** One answer to each input, as `predict` gives them; inputs of several models share batches. */
  predict(asked: readonly Asked[], signal: AbortSignal): Promise<unknown[]>;
  /** What writes; throws an error of kind "unsupported" for a model whose task writes no texts. */
  textModel(model: ServedModel): Promise<TextModel>;
  /** How many tokens a text has, with those that the model puts around it. */
  tokens(model: ServedModel, text: string): Promise<readonly { id: number; text: string }[]>;
  /** Frees the weights. */
  dispose(): Promise<void>;
}
