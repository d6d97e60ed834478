/**
 * The settings of LoRA.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { type Mistake, mistakeOf, optionMistake } from "../core/errors.ts";
import {
  oneOf,
  positive,
  record,
  type Rule,
  type Rules,
  share,
  whole,
  wholeFrom0,
  yesOrNo,
} from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import type { Targets } from "../nn/targets.ts";
import { layerNames } from "./settings.ts";

/** Settings of LoRA. */
export interface LoraOptions {
  /** Rank of the update; 8 as in PEFT. */
  readonly rank?: number;
  /** Scale of the update before it is divided by the rank; twice the rank unless given. */
  readonly alpha?: number;
  /** Dropout on the input of A; 0 unless given. */
  readonly dropout?: number;
  /** The linear layers and convolutions to adapt; the attention's query and value unless given. */
  readonly targets?: Targets;
  /** Divides alpha by √rank instead of the rank. */
  readonly rankStabilised?: boolean;
  /** Other ranks for some layers: name or path → rank. */
  readonly ranks?: Readonly<Record<string, number>>;
  /**
   * Smaller ranks, `[0, 2, 4]`, that every target learns beside `rank` by shared weights; the validation rows choose
   * one for each after the training. 0 leaves a target as it is.
   */
  readonly nestedRanks?: readonly number[];
  /** Other alphas for some layers: name or path → alpha. */
  readonly alphas?: Readonly<Record<string, number>>;
  /** DoRA: trains the length of each row of the weight apart from its direction. */
  readonly dora?: boolean;
  /** `pissa` starts at the strongest singular directions of each weight; `zero` unless given. */
  readonly start?: LoraStart;
  /** LoRA+: how many times faster B learns than A; 1 unless given. */
  readonly rateRatio?: number;
}

/** The rank unless one is given. */
export const defaultRank = 8;

/** Where A and B start. */
export type LoraStart = "zero" | "pissa";

/** What the settings must be. */
export const loraRules: Rules<LoraOptions> = {
  rank: whole,
  alpha: positive,
  dropout: share,
  targets: layerNames,
  rankStabilised: yesOrNo,
  ranks: record,
  alphas: record,
  nestedRanks: [
    "a list of whole numbers from 0, each above the one before",
    (value) =>
      Array.isArray(value) && value.length > 0 &&
      value.every((rank, at) => wholeFrom0[1](rank) && (at === 0 || rank > value[at - 1])),
  ],
  dora: yesOrNo,
  start: oneOf(["zero", "pissa"] satisfies LoraStart[]),
  rateRatio: positive,
};

/** Ranks and alphas of single layers that make no sense. */
export function patternMistakes({ ranks, alphas }: LoraOptions): Mistake[] {
  return [...wrongIn(ranks, "rank", whole), ...wrongIn(alphas, "alpha", positive)];
}

/** Nested ranks that do not go with the other settings. */
export function nestedMistakes(
  { nestedRanks, ranks, alphas, dora, start, rank = defaultRank }: LoraOptions,
): Mistake[] {
  if (!Array.isArray(nestedRanks)) return [];
  const beside = Object.entries({ ranks, alphas, dora: dora || undefined })
    .filter(([, value]) => value !== undefined).map(([name]) => name);
  if (start === "pissa") beside.push("start");
  return [
    ...beside.map((name) =>
      optionMistake(name, "does not go with nestedRanks; leave out one of them")
    ),
    ...nestedRanks.at(-1) >= rank
      ? [optionMistake("nestedRanks", `must be below the rank, ${rank}`)]
      : [],
  ];
}

function wrongIn(given: unknown, what: string, [wants, fits]: Rule): Mistake[] {
  if (!isRecord(given)) return [];
  return Object.entries(given as object).filter(([, value]) => !fits(value)).map(([name, value]) =>
    mistakeOf(() =>
      `the ${what} of ${JSON.stringify(name)} is ${shownValue(value)}, but must be ${wants}`
    )
  );
}

/** All settings but the choice of layers. */
export type LoraSettings =
  & Required<Omit<LoraOptions, "targets" | "nestedRanks">>
  & Pick<LoraOptions, "nestedRanks">;
