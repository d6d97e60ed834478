/**
 * The settings of LoRA.
 *
 * @module
 */
import type { Targets } from "../nn/targets.ts";

/** Settings of LoRA. */
export interface LoraOptions {
  /** Rank of the update; 8 as in PEFT. */
  readonly rank?: number;
  /** Scale of the update before it is divided by the rank; twice the rank unless given. */
  readonly alpha?: number;
  /** Dropout on the input of A; 0 unless given. */
  readonly dropout?: number;
  /** The linears to adapt; the attention's query and value unless given. */
  readonly targets?: Targets;
  /** Divides alpha by √rank instead of the rank. */
  readonly rankStabilised?: boolean;
  /** Other ranks for some layers: name or path → rank. */
  readonly ranks?: Readonly<Record<string, number>>;
  /** Other alphas for some layers: name or path → alpha. */
  readonly alphas?: Readonly<Record<string, number>>;
  /** DoRA: trains the length of each row of the weight apart from its direction. */
  readonly dora?: boolean;
  /** `pissa` starts at the strongest singular directions of each weight; `zero` unless given. */
  readonly start?: LoraStart;
  /** LoRA+: how many times faster B learns than A; 1 unless given. */
  readonly rateRatio?: number;
}

/** Where A and B start. */
export type LoraStart = "zero" | "pissa";

/** The names of the settings. */
export const loraSettings: readonly string[] = [
  "rank",
  "alpha",
  "dropout",
  "targets",
  "rankStabilised",
  "ranks",
  "alphas",
  "dora",
  "start",
  "rateRatio",
] satisfies readonly (keyof LoraOptions)[];

/** All settings but the choice of layers. */
export type LoraSettings = Required<Omit<LoraOptions, "targets">>;
