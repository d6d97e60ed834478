/**
 * One compiled base that several adapters share.
 *
 * @module
 */
import { pauses } from "../core/pauses.ts";
import type { Device, HeldWeights, HostTensor, Step } from "../engine/mod.ts";
import { cutByLength, runTokensOn } from "../nn/cut_by_length.ts";
import type { Evaluation } from "../nn/forward_program.ts";
import { inTurns } from "../core/in_turns.ts";
import { sharedProgram } from "../nn/shared_program.ts";
import { stackedFeeds } from "../nn/stacked_feeds.ts";
import { addedTokens, type StackedAdapter } from "../nn/stacked_weights.ts";
import {
  includesTargets,
  noTargetModules,
  type TargetModules,
  targetModulesOf,
} from "../nn/target_modules.ts";
import { frozenWeights, type Model } from "../nn/model.ts";
import type { AdapterDelta } from "../nn/adapter_delta.ts";
import type { PredictOptions, Rows } from "../nn/run_over.ts";

/** Encoded rows and the adapter of each. */
export interface SharedRows extends Rows {
  entryOf(row: number): StackedAdapter;
}

/** How a base is opened. */
export interface SharedModelOptions {
  /** What is read of the model; labels of a text unless given. */
  readonly evaluation?: Evaluation;
  /** Where its weights are held, for several such models of one base; its own place unless given. */
  readonly held?: HeldWeights;
}

/** A base that runs rows with an adapter each. */
export interface SharedModel {
  /** Makes room for what an adapter does; a compiled program that has the targets stays. */
  reserve(parts: AdapterDelta): void;
  /**
   * What evaluation reads of each row: as many numbers as its adapter's head gives, or as many for each
   * of its tokens.
   */
  logits(
    rows: SharedRows,
    options?: Pick<PredictOptions, "batchSize" | "signal">,
  ): Promise<Float32Array[]>;
  /** How many programs were compiled. All but the first take the weights that are held. */
  readonly compilations: number;
  dispose(): Promise<void>;
}

const defaultBatchSize = 32;
const labelsOfTexts: Evaluation = {
  head: { name: "classification", outputs: 0 },
  outputs: 0,
  per: "sequence",
};

/** Opens a base. Its weights are read once, when the first rows are run. */
export function createSharedModel(
  model: Model,
  device: Device,
  { evaluation = labelsOfTexts, held: given }: SharedModelOptions = {},
): SharedModel {
  const held = given ?? device.holdWeights();
  let wanted: TargetModules = noTargetModules;
  let compiled: { readonly step: Step; readonly targets: TargetModules } | undefined;
  let compilations = 0;
  // Runs wait for each other, so that none is left with a program that another replaces.
  const inTurn = inTurns();
  const stacked = stackedFeeds(model);

  const stepFor = async (): Promise<{ readonly step: Step; readonly targets: TargetModules }> => {
    if (compiled && includesTargets(compiled.targets, wanted)) return compiled;
    // The base must not be there twice, not even for a moment.
    const old = compiled;
    compiled = undefined;
    stacked.clear();
    await old?.step.dispose();
    const targets = wanted;
    const step = await device.compile(sharedProgram(model, targets, evaluation), {
      frozen: frozenWeights(model),
      held,
    });
    compilations++;
    return compiled = { step, targets };
  };
  const run = async (
    { lengths, feedsOf, entryOf }: SharedRows,
    batchSize: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    const { step, targets } = await stepFor();
    const pause = pauses(signal);
    const results: Float32Array[] = Array(lengths.length);
    for (const batch of batchesOf(lengths, entryOf, batchSize, runTokensOn(device))) {
      await pause();
      const feeds = { ...await feedsOf(batch), ...stacked.of(targets, batch.map(entryOf)) };
      const { logits } = await step.run(feeds, signal);
      batch.forEach((row, i) => {
        const tokens = logits.shape.length === 3 ? lengths[row] : undefined;
        results[row] = resultsOf(logits, i, { tokens, outputs: entryOf(row).outputs });
      });
    }
    return results;
  };
  return {
    reserve: (parts) => {
      wanted = targetModulesOf(parts, wanted);
    },
    logits: (rows, { batchSize = evaluation.perRow?.batchSize ?? defaultBatchSize, signal } = {}) =>
      inTurn(() => run(rows, batchSize, signal)),
    get compilations() {
      return compilations;
    },
    dispose: () =>
      inTurn(async () => {
        const old = compiled;
        compiled = undefined;
        stacked.clear();
        await old?.step.dispose();
        if (!given) await held.dispose();
      }),
  };
}

/**
 * One row's own numbers out of [batch, width] or [batch, sequence, width]. The first `outputs` of a
 * width are its head's; a head without a size of its own has 0, and all are meant.
 */
function resultsOf(
  { shape, data }: HostTensor,
  row: number,
  { tokens, outputs }: { readonly tokens: number | undefined; readonly outputs: number },
): Float32Array {
  const all = data as Float32Array;
  const width = shape.at(-1)!;
  const own = outputs > 0 ? outputs : width;
  const start = row * (all.length / shape[0]);
  if (tokens === undefined || own === width) {
    return all.slice(start, start + (tokens ?? 1) * own);
  }
  const made = new Float32Array(tokens * own);
  for (let token = 0; token < tokens; token++) {
    const from = start + token * width;
    made.set(all.subarray(from, from + own), token * own);
  }
  return made;
}

/**
 * Batches of like length, cut where padding costs more than another run. Rows with virtual tokens or a prefix share a batch with rows that have as
 * many, because all rows of a batch are equally long.
 */
function batchesOf(
  lengths: ArrayLike<number>,
  entryOf: (row: number) => StackedAdapter,
  batchSize: number,
  runTokens: number | undefined,
): number[][] {
  const added = (row: number) => addedTokens(entryOf(row));
  const batches: number[][] = [];
  for (const rows of Map.groupBy(Array(lengths.length).keys(), added).values()) {
    rows.sort((a, b) => lengths[b] - lengths[a]);
    for (let start = 0; start < rows.length; start += batchSize) {
      const batch = rows.slice(start, start + batchSize);
      const sizes = runTokens === undefined
        ? [batch.length]
        : cutByLength(batch.map((row) => lengths[row]), runTokens);
      for (const size of sizes) batches.push(batch.splice(0, size));
    }
  }
  return batches;
}
