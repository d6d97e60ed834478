/**
 * What the study of defaults tries: for each method its rates, and where it has them lengths and
 * starts at one rate, instead of every combination.
 *
 * @module
 */
import {
  adalora,
  type Adapter,
  bitfit,
  full,
  head,
  ia3,
  lora,
  prefixTuning,
  promptTuning,
  pTuning,
  vera,
} from "tunebook";

/** One setting to try. */
export interface Point {
  readonly name: string;
  readonly method: string;
  /** What differs from the method's defaults beside the rate. */
  readonly setting: string;
  readonly adapter: Adapter;
  readonly learningRate: number;
}

interface Study {
  readonly rates: readonly number[];
  /** Setting → method; the first is the default and gets every rate. */
  readonly settings: Readonly<Record<string, () => Adapter>>;
}

const text = "Is this review good or bad?";
const small = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2];
const large = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1];

/** The methods. */
export const studied: Readonly<Record<string, Study>> = {
  lora: { rates: small, settings: { default: () => lora() } },
  adalora: { rates: small, settings: { default: () => adalora() } },
  vera: { rates: large, settings: { default: () => vera() } },
  ia3: { rates: large, settings: { default: () => ia3() } },
  bitfit: { rates: small, settings: { default: () => bitfit() } },
  head: { rates: large, settings: { default: () => head() } },
  full: { rates: [1e-5, 3e-5, 5e-5, 1e-4, 3e-4], settings: { default: () => full() } },
  prompt_tuning: {
    rates: large,
    settings: {
      default: () => promptTuning(),
      "5 tokens": () => promptTuning({ tokens: 5 }),
      "50 tokens": () => promptTuning({ tokens: 50 }),
      "start labels": () => promptTuning({ start: "labels" }),
      "start text": () => promptTuning({ text }),
      "start random": () => promptTuning({ start: "random" }),
    },
  },
  p_tuning: {
    rates: small,
    settings: {
      default: () => pTuning(),
      "5 tokens": () => pTuning({ tokens: 5 }),
      "50 tokens": () => pTuning({ tokens: 50 }),
      lstm: () => pTuning({ encoder: "lstm" }),
    },
  },
  prefix_tuning: {
    rates: large,
    settings: {
      default: () => prefixTuning(),
      "5 tokens": () => prefixTuning({ tokens: 5 }),
      "50 tokens": () => prefixTuning({ tokens: 50 }),
      "start text": () => prefixTuning({ text }),
      "start random": () => prefixTuning({ start: "random" }),
      projection: () => prefixTuning({ projection: true }),
    },
  },
};

/** The points of a method: all rates with the default setting, other settings at three rates. */
export function pointsOf(method: string): Point[] {
  const { rates, settings } = studied[method];
  const middle = rates.slice(1, -1);
  return Object.entries(settings).flatMap(([setting, make], at) =>
    (at === 0 ? rates : middle).map((learningRate) => ({
      name: `${method} · ${setting} · rate ${learningRate}`,
      method,
      setting,
      adapter: make(),
      learningRate,
    }))
  );
}
