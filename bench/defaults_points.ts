/**
 * What the study of defaults tries: for each method the rates around its own, and where it has them
 * lengths and starts, instead of every combination.
 *
 * @module
 */
import {
  adalora,
  bitfit,
  full,
  head,
  ia3,
  lora,
  type Method,
  prefixTuning,
  promptTuning,
  pTuning,
  qlora,
  vera,
} from "tunebook";

/** One setting to try. */
export interface Point {
  readonly name: string;
  readonly method: string;
  /** What differs from the method's defaults beside the rate. */
  readonly setting: string;
  readonly adapter: Method;
  readonly learningRate: number;
}

/** Which points of a method; all that the study has unless given. */
export interface PointChoice {
  readonly settings?: readonly string[];
  /** Rates in the place of the study's. */
  readonly rates?: readonly number[];
}

type Setting = readonly [make: () => Method, rates: readonly number[]];

const text = "Is this review good or bad?";

/** Method → setting → the method and its rates. */
const studied: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  lora: { "rank 8": [lora, [3e-4, 1e-3, 3e-3]] },
  qlora: { "rank 64": [qlora, [2e-4, 1e-3]] },
  adalora: { "rank 12 to 8": [adalora, [1e-3, 3e-3, 1e-2, 3e-2]] },
  vera: { "rank 256": [vera, [3e-3, 1e-2, 3e-2]] },
  ia3: { "PEFT's places": [ia3, [3e-3, 1e-2, 3e-2]] },
  bitfit: { "all biases": [bitfit, [3e-4, 1e-3, 3e-3, 1e-2]] },
  head: { "–": [head, [1e-3, 1e-2, 3e-2, 1e-1]] },
  full: { "–": [full, [3e-5, 5e-5, 1e-4]] },
  prompt_tuning: {
    "20 tokens": [() => promptTuning({ tokens: 20 }), [3e-3, 1e-2, 3e-2, 1e-1]],
    "5 tokens": [() => promptTuning({ tokens: 5 }), [1e-2]],
    "50 tokens": [() => promptTuning({ tokens: 50 }), [1e-2]],
    "20 tokens, labels": [() => promptTuning({ tokens: 20, start: "labels" }), [1e-2]],
    "20 tokens, text": [() => promptTuning({ tokens: 20, text }), [1e-2]],
    "20 tokens, random": [() => promptTuning({ tokens: 20, start: "random" }), [1e-2]],
  },
  p_tuning: {
    "20 tokens": [() => pTuning({ tokens: 20 }), [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]],
    "5 tokens": [() => pTuning({ tokens: 5 }), [3e-3, 1e-2]],
    "10 tokens": [() => pTuning({ tokens: 10 }), [3e-3, 1e-2]],
    "50 tokens": [() => pTuning({ tokens: 50 }), [1e-2]],
    "5 tokens, lstm": [() => pTuning({ tokens: 5, encoder: "lstm" }), [3e-3, 1e-2]],
    "20 tokens, lstm": [() => pTuning({ tokens: 20, encoder: "lstm" }), [1e-2]],
  },
  prefix_tuning: {
    "20 tokens": [() => prefixTuning({ tokens: 20 }), [3e-3, 1e-2, 3e-2]],
    "5 tokens": [() => prefixTuning({ tokens: 5 }), [1e-2]],
    "50 tokens": [() => prefixTuning({ tokens: 50 }), [1e-2]],
    "20 tokens, text": [() => prefixTuning({ tokens: 20, text }), [1e-2]],
    "20 tokens, random": [() => prefixTuning({ tokens: 20, start: "random" }), [1e-2]],
    "20 tokens, projection": [
      () => prefixTuning({ tokens: 20, projection: true }),
      [1e-4, 3e-4, 1e-3, 1e-2],
    ],
  },
};

/** The methods that the study knows. */
export const studiedMethods: readonly string[] = Object.keys(studied);

/** The points of a method. */
export function pointsOf(method: string, { settings, rates }: PointChoice = {}): Point[] {
  return Object.entries(studied[method])
    .filter(([setting]) => settings?.includes(setting) ?? true)
    .flatMap(([setting, [make, own]]) =>
      (rates ?? own).map((learningRate) => ({
        name: `${method} · ${setting} · rate ${learningRate}`,
        method,
        setting,
        adapter: make(),
        learningRate,
      }))
    );
}
