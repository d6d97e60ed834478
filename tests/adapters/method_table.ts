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
import type { Adapter } from "../../lib/nn/adapter.ts";

/** A method and what is true of it. */
export interface TestedMethod {
  of(modelType: string): Adapter;
  /** False where nothing can be merged into the weights. */
  readonly merges: boolean;
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
  /** False where PEFT cannot run the method on DistilBERT, or not with its whole head. */
  readonly distilbert: boolean;
}

const linears = (modelType: string) =>
  modelType === "distilbert" ? ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"] : [
    "query",
    "key",
    "value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
  ];
const low = { rank: 4, alpha: 8 };
const inWeights = { merges: true, startsAtBase: true, distilbert: true };
const beforeText = { merges: false, startsAtBase: false, distilbert: false };
const tokens = 5;

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
    of: (type) => lora({ ...low, start: "pissa", targets: linears(type) }),
    ...inWeights,
    converts: true,
  },
  "lora-plus": { of: () => lora({ ...low, rateRatio: 16 }), ...inWeights },
  "adalora": {
    of: (type) =>
      adalora({
        initialRank: 6,
        targetRank: 2,
        alpha: 12,
        initialSteps: 0.1,
        finalSteps: 0.3,
        interval: 2,
        targets: linears(type),
      }),
    ...inWeights,
    mayReturn: /lora_E$/,
  },
  "vera": { of: (type) => vera({ rank: 8, key: 3, targets: linears(type) }), ...inWeights },
  "ia3": { of: () => ia3(), ...inWeights },
  "bitfit": {
    of: (type) =>
      bitfit({ targets: [...linears(type), ...(type === "bert" ? ["pooler.dense"] : [])] }),
    ...inWeights,
  },
  "prompt-tuning": { of: () => promptTuning({ tokens }), ...beforeText },
  "p-tuning-mlp": { of: () => pTuning({ tokens, hidden: 16 }), ...beforeText, hasKinks: true },
  "p-tuning-lstm": {
    of: () => pTuning({ tokens, hidden: 16, encoder: "lstm" }),
    ...beforeText,
    hasKinks: true,
  },
  "prefix-tuning": { of: () => prefixTuning({ tokens }), ...beforeText },
  "prefix-projection": {
    of: () => prefixTuning({ tokens, projection: true, hidden: 16, start: "random" }),
    ...beforeText,
  },
};
