/**
 * What batches of several adapters are fed with, kept for the next batch with the same ones.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { Model } from "../nn/model.ts";
import {
  type StackedAdapter,
  stackedWeightFeeds,
  type TargetModules,
} from "../nn/stacked_weights.ts";

/** Feeds of several adapters that are kept. */
const most = 4;

/** The feeds of a model's adapters. */
export interface StackedFeeds {
  /** The number of an adapter, by which those of a batch are put in order. */
  numberOf(adapter: StackedAdapter): number;
  /** The feeds of some adapters, in the order of their numbers. */
  of(targets: TargetModules, adapters: readonly StackedAdapter[]): Record<string, HostTensor>;
  /** Forgets all: the program that they were made for is gone. */
  clear(): void;
}

/** Starts with none. */
export function stackedFeeds(model: Model): StackedFeeds {
  const kept = new Map<string, Record<string, HostTensor>>();
  const numbers = new WeakMap<StackedAdapter, number>();
  let count = 0;
  const numberOf = (adapter: StackedAdapter) => {
    const known = numbers.get(adapter) ?? count++;
    numbers.set(adapter, known);
    return known;
  };
  return {
    numberOf,
    of(targets, adapters) {
      if (adapters.length === 1) return stackedWeightFeeds(model, targets, adapters);
      const key = adapters.map(numberOf).join(" ");
      const feeds = kept.get(key) ?? stackedWeightFeeds(model, targets, adapters);
      kept.delete(key);
      kept.set(key, feeds);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return feeds;
    },
    clear: () => kept.clear(),
  };
}
