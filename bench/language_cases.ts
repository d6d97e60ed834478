/**
 * What is measured of language models.
 *
 * @module
 */
import { join } from "node:path";
import type { QuantizationFormat } from "../lib/engine/mod.ts";
import { type LlamaSizes, randomLlama } from "./random_llama.ts";

/** What all of them say. */
interface LanguageStep {
  readonly name: string;
  /** A model with random weights; its folder has this name. */
  readonly model: string;
  readonly method: "lora" | "full";
  readonly batch: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Turns of each side. */
  readonly rounds: number;
}

/** The training of a language model beside TRL's trainer: the same losses, time and memory. */
export interface LanguageCase extends LanguageStep {
  readonly kind: "language";
  /** Steps whose losses are compared, in rows of at most so many tokens. */
  readonly compared: { readonly steps: number; readonly length: number };
}

/** Our own step with the vocabulary's loss in pieces, and with all logits at once. */
export interface PiecesCase extends LanguageStep {
  readonly kind: "pieces";
}

/** A step over a base that does not fit as it is. */
export interface LargeCase extends LanguageStep {
  readonly kind: "large";
  readonly quantize: QuantizationFormat;
}

/** The models that cases name; the first run makes them. */
const models: Readonly<Record<string, LlamaSizes>> = {
  // The sizes of SmolLM2-135M.
  "llama-135m": {
    layers: 30,
    hidden: 576,
    heads: 9,
    keyValueHeads: 3,
    intermediate: 1536,
    words: 49_152,
  },
  "llama-small": {
    layers: 6,
    hidden: 384,
    heads: 6,
    keyValueHeads: 6,
    intermediate: 1536,
    words: 49_152,
  },
  // The sizes of TinyLlama-1.1B.
  "llama-1b": {
    layers: 22,
    hidden: 2048,
    heads: 32,
    keyValueHeads: 4,
    intermediate: 5632,
    words: 32_000,
    tied: false,
    dtype: "F16",
  },
};

/** The folder of a case's model. */
export async function modelFolder(model: string): Promise<string> {
  const folder = join(import.meta.dirname!, ".data", model);
  await randomLlama(folder, models[model]);
  return folder;
}

const compared = { steps: 50, length: 64 };
const small = { model: "llama-small", batch: 8, length: 256, rounds: 5 };
const large = {
  model: "llama-1b",
  method: "lora",
  quantize: "int4",
  length: 128,
  rounds: 1,
} as const;

/** Cases of language models. */
export const languageCases: readonly (LanguageCase | PiecesCase | LargeCase)[] = [
  {
    kind: "language",
    name: "language-lora-135m",
    model: "llama-135m",
    method: "lora",
    batch: 8,
    length: 256,
    rounds: 5,
    compared,
  },
  { kind: "pieces", name: "pieces-lora", method: "lora", ...small },
  { kind: "pieces", name: "pieces-full", method: "full", ...small },
  { kind: "large", name: "qlora-1b", batch: 1, ...large },
  { kind: "large", name: "qlora-1b-two-rows", batch: 2, ...large },
];
