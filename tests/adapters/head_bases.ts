/**
 * The tiny models with heads on tokens, and what PEFT calls their tasks.
 *
 * @module
 */
import { type GoldenTensors, headNames } from "../models/golden.ts";

/** A head on tokens. */
export type HeadName = typeof headNames[number];

/** PEFT's `task_type` by head. */
export const taskTypes: Readonly<Record<HeadName, string>> = {
  tokens: "TOKEN_CLS",
  span: "QUESTION_ANS",
  embedding: "FEATURE_EXTRACTION",
};

/** A model of the golden files in `heads/`. */
export interface HeadBase {
  readonly name: string;
  readonly modelType: string;
  readonly head: HeadName;
}

/** One encoder and both decoders with each head; `heads/<name>` is the model. */
export const headBases: readonly HeadBase[] = ["bert", "gpt2", "llama"].flatMap((modelType) =>
  headNames.map((head) => ({ name: `${modelType}-${head}`, modelType, head }))
);

/** The methods of which PEFT wrote folders on all of them: `heads/<method>-<name>`. */
export const goldenMethods: readonly string[] = ["lora", "ia3", "prompt-tuning", "prefix-tuning"];

/** The inputs of a batch, with segments of tags only: PEFT does not hand on all of those of others. */
export function segmentless(batch: GoldenTensors, head: HeadName): GoldenTensors {
  const { input_ids, attention_mask, token_type_ids: types } = batch;
  if (!types) return { input_ids, attention_mask };
  const kept = head === "tokens" ? types : { ...types, data: new Int32Array(types.data.length) };
  return { input_ids, attention_mask, token_type_ids: kept };
}
