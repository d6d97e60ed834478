/**
 * The settings of AdaLoRA.
 *
 * @module
 */
import {
  notNegative,
  positive,
  type Rule,
  type Rules,
  share,
  whole,
} from "../core/option_rules.ts";
import type { Targets } from "../nn/targets.ts";
import { layerNames } from "./settings.ts";

/** Settings of AdaLoRA. */
export interface AdaloraOptions {
  /** Rank of every linear at the start; 12 unless given. */
  readonly initialRank?: number;
  /** Average rank at the end; 8 unless given. */
  readonly targetRank?: number;
  /** Scale of the update before it is divided by the rank; twice the initial rank unless given. */
  readonly alpha?: number;
  /** Dropout on the input of A; 0 unless given. */
  readonly dropout?: number;
  /** The linears to adapt; the attention's query and value unless given. */
  readonly targets?: Targets;
  /** Steps before the first reallocation; below 1 a share of the run's steps. 0.1 unless given. */
  readonly initialSteps?: number;
  /** Steps after the last reallocation, likewise; 0.3 unless given. */
  readonly finalSteps?: number;
  /** Steps between two reallocations; 1 unless given. */
  readonly interval?: number;
  /** How slowly importance forgets; 0.85 unless given. */
  readonly beta1?: number;
  /** How slowly its uncertainty forgets; 0.85 unless given. */
  readonly beta2?: number;
  /** Weight of the penalty; 0.5 unless given. */
  readonly orthogonality?: number;
}

const stepsRule: Rule = [
  "a share below 1 or a whole number from 0",
  (value) => share[1](value) || whole[1](value),
];

/** What the settings must be. */
export const adaloraRules: Rules<AdaloraOptions> = {
  initialRank: whole,
  targetRank: whole,
  alpha: positive,
  dropout: share,
  targets: layerNames,
  initialSteps: stepsRule,
  finalSteps: stepsRule,
  interval: whole,
  beta1: share,
  beta2: share,
  orthogonality: notNegative,
};

/** All settings but the choice of layers. */
export type AdaloraSettings = Required<Omit<AdaloraOptions, "targets">>;

/**
 * Which of a linear's initial triplets a folder still holds: path → one flag for each. A folder names
 * paths with the family's prefix, or without it where its model had no head.
 */
export type KeptTriplets = Readonly<Record<string, readonly boolean[]>>;
