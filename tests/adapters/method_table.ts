/**
 * Every method with PEFT's settings of `tests/golden/make_methods.py`. A line here puts a method
 * through all invariants and through the comparisons with PEFT.
 *
 * @module
 */
import { adalora } from "../../lib/adapters/adalora.ts";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { pTuning } from "../../lib/adapters/p_tuning.ts";
import { vera } from "../../lib/adapters/vera.ts";
import type { Method } from "../../lib/nn/method.ts";

/** The families that share a Llama's block. */
export const llamaLikes: readonly string[] = [
  "llama",
  "qwen2",
  "qwen3",
  "mistral",
  "gemma2",
  "gemma3_text",
];

/** A family on which PEFT cannot do all with a method. */
export interface Gap {
  readonly reason: string;
  /** True where it makes and runs folders all the same, only not with what tunebook trains. */
  readonly makesFolders?: boolean;
}

/** A method and what is true of it. */
export interface TestedMethod {
  /** @param hasPooler false for a BERT whose head reads tokens; true unless given */
  of(modelType: string, hasPooler?: boolean): Method;
  /** False where nothing can be merged into the weights. */
  merges(modelType: string): boolean;
  /** True where training starts at the pretrained model. */
  readonly startsAtBase: boolean;
  /** Parameters whose gradient leaves something out by definition, so that differences differ. */
  readonly partial?: RegExp;
  /** True for a network with ReLUs. */
  readonly hasKinks?: boolean;
  /** True where a folder holds the method in another form, which rounds at other places. */
  readonly converts?: boolean;
  /** Parameters that may end where they started: ranks that were taken away. */
  readonly mayReturn?: RegExp;
  /** True where tokens stand before the text as if they were words. */
  readonly hasVirtualTokens?: boolean;
  readonly gaps: Readonly<Record<string, Gap>>;
}

const llamaLinears = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
];
/** Linears by family. */
const linearNames: Readonly<Record<string, readonly string[]>> = {
  distilbert: ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],
  gpt2: ["c_attn", "c_proj", "c_fc"],
  ...Object.fromEntries(llamaLikes.map((modelType) => [modelType, llamaLinears])),
};
const bertLinears = [
  "query",
  "key",
  "value",
  "attention.output.dense",
  "intermediate.dense",
  "output.dense",
];
const linears = (modelType: string) => linearNames[modelType] ?? bertLinears;
const low = { rank: 2, alpha: 4 };
const inWeights = { merges: () => true, startsAtBase: true, gaps: {} };
const halfAHead =
  "PEFT's prompt methods neither train nor save the first layer of DistilBERT's head";
const beforeText = {
  merges: () => false,
  startsAtBase: false,
  hasVirtualTokens: true,
  gaps: { distilbert: { reason: halfAHead, makesFolders: true } },
};
const beforeKeys = {
  merges: () => false,
  startsAtBase: false,
  gaps: { distilbert: { reason: "DistilBERT's forward in transformers takes no cache" } },
};
const tokens = 3;

/** The methods by the golden files' names. */
export const methodTable: Readonly<Record<string, TestedMethod>> = {
  "lora": { of: () => lora(low), ...inWeights },
  "rslora": { of: () => lora({ ...low, rankStabilised: true }), ...inWeights },
  "dora": {
    of: (type) => lora({ ...low, dora: true, targets: linears(type) }),
    ...inWeights,
    partial: /lora_[AB]$/,
  },
  "pissa": {
    of: (type) => lora({ rank: 4, alpha: 8, start: "pissa", targets: linears(type) }),
    ...inWeights,
    converts: true,
  },
  "lora-plus": { of: () => lora({ ...low, rateRatio: 16 }), ...inWeights },
  "adalora": {
    of: (type) =>
      adalora({
        initialRank: 4,
        targetRank: 2,
        alpha: 8,
        initialSteps: 0.1,
        finalSteps: 0.3,
        interval: 2,
        targets: linears(type),
      }),
    ...inWeights,
    mayReturn: /lora_E$/,
  },
  "vera": { of: (type) => vera({ rank: 4, key: 3, targets: linears(type) }), ...inWeights },
  "ia3": { of: () => ia3(), ...inWeights },
  "bitfit": {
    of: (type, hasPooler = true) =>
      bitfit({
        targets: [...linears(type), ...(type === "bert" && hasPooler ? ["pooler.dense"] : [])],
      }),
    ...inWeights,
    // A Llama gains biases, for which its checkpoints have no place; of a Qwen 2 a part of the linears.
    merges: (type) => !llamaLikes.includes(type),
    gaps: { gpt2: { reason: "PEFT's BEFT wraps torch.nn.Linear only, not GPT-2's Conv1D" } },
  },
  "prompt-tuning": { of: () => promptTuning({ tokens }), ...beforeText },
  "p-tuning-mlp": { of: () => pTuning({ tokens, hidden: 8 }), ...beforeText, hasKinks: true },
  "p-tuning-lstm": {
    of: () => pTuning({ tokens, hidden: 4, encoder: "lstm" }),
    ...beforeText,
    hasKinks: true,
  },
  "prefix-tuning": { of: () => prefixTuning({ tokens }), ...beforeKeys },
  "prefix-projection": {
    of: () => prefixTuning({ tokens, projection: true, hidden: 8, start: "random" }),
    ...beforeKeys,
  },
};

/** The tiny models: classifiers, and decoders that predict the next token. */
export const bases = [
  "bert",
  "distilbert",
  "roberta",
  "gpt2",
  "gpt2-classes",
  "llama",
  "llama-classes",
] as const;

/** `gpt2` of `gpt2-classes`. */
export function familyOf(base: string): string {
  return base.split("-", 1)[0];
}

/** True for a model that predicts the next token. */
export function isLanguageModel(base: string): boolean {
  return base === "gpt2" || base === "llama";
}
