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
 * When processes that train apart meet, and how they go on from there (DiLoCo). The published settings overshoot where
 * there are few meetings; a learning rate of 1 without momentum takes the plain mean of the processes.
 */
export interface SyncOptions {
  /** Optimizer steps that each process takes by itself between two meetings. */
  readonly every: number;
  /** The learning rate of the outer optimizer; 0.7 unless given, as published. */
  readonly outerLearningRate?: number;
  /** The Nesterov momentum of the outer optimizer, in [0, 1); 0.9 unless given, as published. */
  readonly momentum?: number;
}

/** The options with their defaults filled in. */
export type SyncSettings = Required<SyncOptions>;

const defaults = { outerLearningRate: 0.7, momentum: 0.9 };

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
