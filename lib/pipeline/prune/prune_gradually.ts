/**
 * Pruning in rounds, with a training after each.
 *
 * @module
 */
import { join } from "node:path";
import { cubicSchedule } from "../../combine/prune/cubic_schedule.ts";
import { writeFileAtomic } from "../../core/atomic.ts";
import { optionMistakes, refuseOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake, TunebookError } from "../../core/errors.ts";
import { anything, record, required, type Rules, whole } from "../../core/option_rules.ts";
import { merged } from "../../deploy/merged.ts";
import type { DeployTarget } from "../../deploy/target.ts";
import { openDevice } from "../../engine/mod.ts";
import { metricOf } from "../../metrics/mod.ts";
import { isMergeable } from "../../nn/merge.ts";
import type { Method } from "../../nn/method.ts";
import type { TrainOptions } from "../../train/train_options.ts";
import { referenceOf } from "../../weights/reference.ts";
import { openSource } from "../merge/open_for_merge.ts";
import { model as startPlan } from "../model.ts";
import type { AnyTask, DataSource } from "../plan_spec.ts";
import { checkPlace, prune } from "./prune.ts";
import { checkPrune, type PruneOptions } from "./prune_options.ts";
import {
  pruningFile,
  type PruningReceipt,
  pruningReceipt,
  type PruningRound,
} from "./prune_receipt.ts";

/** How a model is pruned in rounds. `rows` are also what it is trained on. */
export interface GradualPruneOptions extends PruneOptions {
  readonly rows: DataSource;
  /** How many rounds there are: 3 unless given. */
  readonly rounds?: number;
  /** What is trained after each round, `lora()` or `full()`; it must be one that becomes a part of the weights. */
  readonly method: Method;
  /** How it is trained after each round: one epoch unless given. */
  readonly train?: TrainOptions;
  /** Rows, or a share of `rows`, that each round is scored on: a fifth unless given. */
  readonly test?: DataSource | number;
}

const ownRules: Rules<
  Pick<GradualPruneOptions, "rounds" | "method" | "train" | "test"> & { rows: DataSource }
> = {
  rows: required(anything),
  rounds: whole,
  method: required(record),
  train: record,
  test: anything,
};

const [usualRounds, usualTest] = [3, 0.2];

/** A model that is to be smaller step by step. Frozen data; nothing is read before it is saved. */
export interface GradualPruning extends GradualPruneOptions {
  readonly model: string;
  /**
   * Prunes and trains in turns, and writes the last round's model as `prune(…).save(folder)` does. The receipt tells what
   * each round scored after its training.
   */
  save(folder: string): Promise<PruningReceipt>;
}

/**
 * Prunes a model in rounds and trains it after each, so that what is taken out is learnt again before more is. Heads and
 * inner numbers follow the cubic schedule (Zhu and Gupta 2017, arXiv 1710.01878), much at first and little at last; layers
 * go in the first round. Scores are measured anew in each round.
 *
 * @param model a reference or folder of a trained model
 * @throws {TunebookError} of kind `input` for options that make no sense together.
 *
 * @example
 * ```ts
 * import { lora, pruneGradually } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const small = pruneGradually("out/reviews", {
 *   feedForward: 0.5,
 *   rows: "reviews.csv",
 *   rounds: 4,
 *   method: lora({ rank: 8 }),
 *   train: { epochs: 1 },
 * });
 * assert.equal(small.rounds, 4);
 * // await small.save("out/small") prunes, trains and writes the folder.
 * ```
 */
export function pruneGradually(model: string, options: GradualPruneOptions): GradualPruning {
  const { own, pruning } = partsOf(options);
  const wrong: Mistake[] = optionMistakes(own, ownRules);
  if (options?.heads === undefined && options?.feedForward === undefined) {
    wrong.push(
      optionMistake(
        "heads",
        "is missing, and so is feedForward: layers alone are taken out at once, by prune",
      ),
    );
  }
  refuseOptions("pruneGradually", wrong);
  checkPrune(model, pruning);
  return Object.freeze({
    ...options,
    model,
    save: (folder: string) => saveGradually(model, options, folder),
  });
}

function partsOf(options: GradualPruneOptions) {
  const { rounds, method, train, test, ...pruning } = options ?? {} as GradualPruneOptions;
  const { rows } = pruning;
  const own = Object.fromEntries(
    Object.entries({ rows, rounds, method, train, test }).filter(([, value]) =>
      value !== undefined
    ),
  );
  return { own: own as Pick<GradualPruneOptions, "rows" | "method">, pruning };
}

async function saveGradually(
  reference: string,
  options: GradualPruneOptions,
  folder: string,
): Promise<PruningReceipt> {
  const { rounds: count = usualRounds } = options;
  await checkPlace(folder, reference, options);
  const aside = await Deno.makeTempDir({ prefix: "tunebook-" });
  try {
    const { trained: { task: { task } } } = await openSource(
      referenceOf(reference),
      await openDevice(),
    );
    const rounds: PruningRound[] = [];
    let [first, last]: (PruningReceipt | undefined)[] = [];
    let [present, base] = [reference, options.base];
    for (let round = 1; round <= count; round++) {
      const pruned = join(aside, `pruned ${round}`);
      const to = round === count ? folder : join(aside, `trained ${round}`);
      const kept = optionsOf(options, { round, count, first, last });
      last = await prune(present, base === undefined ? kept : { ...kept, base }).save(pruned);
      first ??= last;
      const scored = await trainRound(task, options, { from: pruned, to });
      rounds.push({ heads: last.heads.after, feedForward: last.feedForward.after, ...scored });
      present = to;
      if (base !== undefined) base = pruned; // movement is that of the last training
    }
    const receipt = receiptOf(reference, folder, { first: first!, last: last!, rounds });
    await writeFileAtomic(join(folder, pruningFile), JSON.stringify(receipt, null, 2) + "\n");
    return pruningReceipt(receipt);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}

/** What a round keeps of the model that the round before has left. */
function optionsOf(
  options: GradualPruneOptions,
  { round, count, first, last }: {
    readonly round: number;
    readonly count: number;
    readonly first: PruningReceipt | undefined;
    readonly last: PruningReceipt | undefined;
  },
): PruneOptions {
  const { heads, feedForward, layers, ...others } = partsOf(options).pruning;
  const shareOf = (kept: number, kind: "heads" | "feedForward") => {
    const whole = cubicSchedule(kept, round, count);
    return first && last ? Math.min(1, whole * first[kind].before / last[kind].after) : whole;
  };
  return {
    ...others,
    ...(heads === undefined ? {} : { heads: shareOf(heads, "heads") }),
    ...(feedForward === undefined ? {} : { feedForward: shareOf(feedForward, "feedForward") }),
    ...(layers === undefined || round > 1 ? {} : { layers }),
  };
}

async function trainRound(
  task: AnyTask,
  { rows, method, train = { epochs: 1 }, test = usualTest }: GradualPruneOptions,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Pick<PruningRound, "metric" | "score">> {
  const metric = metricOf(task.metric);
  // Readers that cannot have the model's heads are told by the receipt, and refuse nothing.
  const target: DeployTarget = {
    ...merged(to),
    check({ adapter }) {
      if (isMergeable(adapter)) return;
      throw new TunebookError(
        "unsupported",
        `each round becomes a part of the weights, which ${method.method} cannot; take lora() or full()`,
      );
    },
  };
  const result = await startPlan(referenceOf(from)).data(rows, task, { test })
    .adapt(method).train(train).evaluate({ [metric.name]: metric }).deploy(target)
    .run({ quiet: true });
  const score = (result.scores as Record<string, number>)[metric.name];
  await result.dispose();
  return { metric: metric.name, score };
}

function receiptOf(
  model: string,
  folder: string,
  { first, last, rounds }: {
    readonly first: PruningReceipt;
    readonly last: PruningReceipt;
    readonly rounds: readonly PruningRound[];
  },
): PruningReceipt {
  const both = (of: "parameters" | "heads" | "feedForward" | "layers") => ({
    before: first[of].before,
    after: last[of].after,
  });
  // Heads are counted anew in each round, so that no list of them is true of the whole model.
  const { keptHeads: _, influence: __, ...others } = last;
  return {
    ...others,
    folder,
    reference: referenceOf(folder),
    model,
    parameters: both("parameters"),
    heads: both("heads"),
    feedForward: both("feedForward"),
    layers: both("layers"),
    keptLayers: first.keptLayers,
    ...(first.influence ? { influence: first.influence } : {}),
    ...(first.base === undefined ? {} : { base: first.base }),
    rounds,
  };
}
