/**
 * What batches of several adapters are fed with, kept for the next batch with the same ones.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { Model } from "./model.ts";
import { rowAdapters, rowHeads } from "./row_adapters.ts";
import { addedTokens, type StackedAdapter, stackedWeightFeeds } from "./stacked_weights.ts";
import type { TargetModules } from "./target_modules.ts";

/** Stacks of several adapters that are kept. */
const most = 4;

/** The feeds of a model's adapters. */
export interface StackedFeeds {
  /**
   * The stacked tensors of the adapters of a batch's rows, and which of them each row has. All put the same
   * number of tokens before a text.
   */
  of(targets: TargetModules, rows: readonly StackedAdapter[]): Record<string, HostTensor>;
  /** Forgets all: the program that they were made for is gone. */
  clear(): void;
}

interface Kept {
  readonly adapters: readonly StackedAdapter[];
  readonly feeds: Readonly<Record<string, HostTensor>>;
}

/** Starts with none. */
export function stackedFeeds(model: Model): StackedFeeds {
  let kept: readonly Kept[] = [];
  let alone = new WeakMap<StackedAdapter, Kept>();
  /** Feeds that have these adapters, others beside them or not. */
  const feedsFor = (targets: TargetModules, own: readonly StackedAdapter[]): Kept => {
    if (own.length === 1) {
      // A single one is fed with its own arrays, whatever stacks it is in.
      const found = alone.get(own[0]) ??
        { adapters: own, feeds: stackedWeightFeeds(model, targets, own) };
      alone.set(own[0], found);
      return found;
    }
    const added = addedTokens(own[0]);
    const known = kept.find(({ adapters }) =>
      addedTokens(adapters[0]) === added && own.every((each) => adapters.includes(each))
    );
    const found = known ?? { adapters: own, feeds: stackedWeightFeeds(model, targets, own) };
    kept = [...kept.filter((each) => each !== known), found].slice(-most);
    return found;
  };
  return {
    of(targets, rows) {
      const { adapters, feeds } = feedsFor(targets, [...new Set(rows)]);
      const at = Int32Array.from(rows, (each) => adapters.indexOf(each));
      const ofRows = (data: Int32Array) => ({ shape: [rows.length], data });
      return {
        ...feeds,
        [rowAdapters]: ofRows(at),
        [rowHeads]: ofRows(at.map((adapter, row) => row * adapters.length + adapter)),
      };
    },
    clear() {
      kept = [];
      alone = new WeakMap();
    },
  };
}
