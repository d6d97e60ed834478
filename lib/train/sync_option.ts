/**
 * How often the processes of a training meet, where they do not in every step.
 *
 * Source: Douillard et al., "DiLoCo: Distributed Low-Communication Training of Language Models", 2023
 * (arXiv 2311.08105).
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { didYouMean } from "../core/nearest.ts";
import { positive, type Rule, share, whole } from "../core/option_rules.ts";

/**
 * When processes that train apart meet, and how they go on from there (DiLoCo): from the plain mean of the processes
 * unless told otherwise. The published settings, 0.7 with a momentum of 0.9, are for trainings that meet hundreds of
 * times; where there are few meetings they overshoot.
 */
export interface SyncOptions {
  /** Optimizer steps that each process takes by itself between two meetings. */
  readonly every: number;
  /** The learning rate of the outer optimizer; 1 unless given, which takes the mean. */
  readonly outerLearningRate?: number;
  /** The Nesterov momentum of the outer optimizer, in [0, 1); 0 unless given. */
  readonly momentum?: number;
}

/** The options with their defaults filled in. */
export type SyncSettings = Required<SyncOptions>;

/** By what was measured in a short fine-tuning (LOG.md). */
const defaults = { outerLearningRate: 1, momentum: 0 };

/** Fills in the defaults. */
export function syncSettings(options: SyncOptions): SyncSettings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  return { ...defaults, ...given } as SyncSettings;
}

const rules: Readonly<Record<keyof SyncOptions, Rule>> = {
  every: whole,
  outerLearningRate: positive,
  momentum: share,
};

/** What the option must be. */
export const syncRule: Rule = [
  "{ every }, such as { every: 50 }, with outerLearningRate and momentum where they are others",
  (value) => mistakesOf(value).length === 0,
  (value) => {
    const wrong = isRecord(value) ? mistakesOf(value) : [];
    return wrong.length > 0 ? `: ${wrong.join("; ")}` : "";
  },
];

function mistakesOf(value: unknown): string[] {
  if (!isRecord(value)) return ["it is no object"];
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  const unknown = given.flatMap(([name]) =>
    Object.hasOwn(rules, name) ? [] : [`there is no ${name}${didYouMean(name, Object.keys(rules))}`]
  );
  const wrong = Object.entries(rules).flatMap(([name, [wants, fits]]) =>
    fits(value[name]) || value[name] === undefined && name !== "every"
      ? []
      : [`${name} must be ${wants}`]
  );
  return [...unknown, ...wrong];
}
