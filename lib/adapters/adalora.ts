/**
 * AdaLoRA (Zhang et al., arXiv 2303.10512): x·Wᵀ gains s·((x·Aᵀ) ∘ e)·Bᵀ with A [rank, inFeatures], e [rank],
 * B [outFeatures, rank] and s = alpha / (initial rank + 1e-5). All linears start with `initialRank`; while
 * training goes on, the triplets (row of A, e, column of B) that matter least lose their e, until
 * `targetRank` a linear is left on average. A penalty, weight · mean ‖A·Aᵀ − I‖, keeps the
 * triplets apart.
 *
 * Ranks 12 and 8, betas .85 and weight .5 are PEFT's defaults; A and B start at N(0, .02), e at
 * zero. The number of steps is the run's own. A tenth of them passes before the first reallocation
 * and three tenths follow the last; a schedule in which none happens is an error before training.
 * The rate is from 1,500 of the sentiment rows, three epochs: accuracy .763 at 1e-3, .880 at 3e-3,
 * .887 at 1e-2 and at 3e-2. E at zero and small A and B make a slow start; the paper's rates for
 * GLUE (5e-4 to 2.2e-3) belong to runs of thousands of steps, and so does the 1e-4 of PEFT's GSM8K
 * comparison (a decoder, 5,000 steps: .373, where LoRA has .478).
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import type { AttachedMethod, HookContext, Method, ModelInfo, Parameter } from "../nn/method.ts";
import { moduleNames } from "../nn/module_names.ts";
import { chooseTargets, type Targets } from "../nn/targets.ts";
import {
  type AdaloraOptions,
  adaloraRules,
  type AdaloraSettings,
  type KeptTriplets,
} from "./adalora_options.ts";
import {
  type BudgetSchedule,
  checkSchedule,
  ranksOverTime,
  spendBudget,
  type Triplets,
} from "./parts/adalora_budget.ts";
import { adaloraToPeft } from "./peft/adalora.ts";
import { checkRank, scaledProduct } from "./parts/lora_target.ts";
import { given } from "./settings.ts";

const learningRate = 1e-2;
const defaultInitialRank = 12;
const defaultTargetRank = 8;
const standardDeviation = 0.02;
/** Keeps PEFT's division by the rank away from zero. */
const rankEpsilon = 1e-5;

/**
 * Low-rank adaptation whose ranks go where they matter.
 *
 * @example
 * ```ts
 * import { adalora } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(adalora({ targetRank: 4 }).settings.initialRank, 12);
 * assert.throws(() => adalora({ initialRank: 4, targetRank: 4 }), /below the initial rank/);
 * ```
 */
export function adalora(options: AdaloraOptions = {}): Method {
  return adaloraOf(options, {});
}

/** AdaLoRA with the triplets that a folder kept, and what the folder calls the schedule. */
export function adaloraOf(
  asked: AdaloraOptions,
  kept: KeptTriplets,
  names?: BudgetSchedule["names"],
): Method {
  checkOptions("adalora", asked, adaloraRules, () => rankMistakes(asked));
  const { targets, ...options } = asked;
  const { initialRank = defaultInitialRank } = options;
  const settings: AdaloraSettings = {
    initialRank,
    targetRank: defaultTargetRank,
    alpha: 2 * initialRank,
    dropout: 0,
    initialSteps: 0.1,
    finalSteps: 0.3,
    interval: 1,
    beta1: 0.85,
    beta2: 0.85,
    orthogonality: 0.5,
    ...given(options),
  };
  return {
    method: "adalora",
    settings: { ...settings, ...(targets === undefined ? {} : { targets }) },
    learningRate,
    attach(modelInfo) {
      // Folders may have any rank, and they alone bring names.
      if (names === undefined && asked.initialRank !== undefined) {
        const layers = chooseTargets(modelInfo, targets);
        checkRank("adalora", "initialRank", layers.map((layer) => ({ layer, rank: initialRank })));
      }
      return attach(modelInfo, settings, targets, kept, names);
    },
  };
}

/** The ranks shrink, from the initial ones to the target ones. */
function rankMistakes(
  { initialRank = defaultInitialRank, targetRank = defaultTargetRank }: AdaloraOptions,
): Mistake[] {
  if (!(targetRank >= initialRank)) return [];
  return [
    optionMistake(
      "targetRank",
      `is ${targetRank}, but must be below the initial rank ${initialRank}`,
    ),
  ];
}

function attach(
  modelInfo: ModelInfo,
  settings: AdaloraSettings,
  targets: Targets | undefined,
  named: KeptTriplets,
  names: BudgetSchedule["names"],
): AttachedMethod {
  const { initialRank, targetRank, alpha, dropout, orthogonality } = settings;
  const linears = chooseTargets(modelInfo, targets);
  const kept: KeptTriplets = Object.fromEntries(linears.flatMap(({ path }) => {
    const known = moduleNames(modelInfo, path).find((name) => named[name]);
    const flags = known === undefined ? undefined : named[known];
    return flags ? [[path, flags]] : [];
  }));
  const all = linears.map(({ path, inFeatures, outFeatures }): Triplets => ({
    path,
    inFeatures,
    outFeatures,
    rank: kept[path]?.filter((each) => each).length ?? initialRank,
    a: `${path}.lora_A`,
    b: `${path}.lora_B`,
    e: `${path}.lora_E`,
  }));
  // A linear without ranks has nothing to compute, but its empty tensors stand in the folder.
  const alive = all.filter(({ rank }) => rank > 0);
  const sites = new Map(alive.map((each) => [each.path, each]));
  const parameters = alive.flatMap(parametersOf);
  const scale = alpha / (initialRank + rankEpsilon);
  const schedule: BudgetSchedule = {
    initialBudget: all.reduce((sum, { rank }) => sum + rank, 0),
    targetBudget: targetRank * all.length,
    initial: settings.initialSteps,
    final: settings.finalSteps,
    every: settings.interval,
    ...(names ? { names } : {}),
  };
  const hasSurplus = schedule.initialBudget > schedule.targetBudget;
  const empty = all.filter(({ rank }) => rank === 0).flatMap(parametersOf);
  return {
    parameters,
    frozen: empty.map(({ name, shape }) => ({ name, shape, values: () => new Float32Array() })),
    targets: [...sites.keys()],
    trains: () => false,
    output(path, x, y, context) {
      const site = sites.get(path);
      if (!site) return y;
      const input = context.dropout(x, dropout);
      const low = tf.matMul(input, context.parameter(site.a), false, true); // [tokens, rank]
      const e = tf.reshape(context.parameter(site.e), [1, site.rank]);
      const change = tf.matMul(tf.mul(low, e), context.parameter(site.b), false, true);
      return tf.add(y, tf.mul(change, scale));
    },
    ...(orthogonality > 0 && alive.length > 0
      ? { penalty: (context: HookContext) => tf.mul(obliqueness(alive, context), orthogonality) }
      : {}),
    // A folder whose ranks are spent trains on with what it has.
    ...(hasSurplus
      ? {
        checkSteps: (total) => checkSchedule(schedule, total),
        afterStep: (state) => spendBudget(alive, schedule, settings, state),
        record: (methodState) => ({ ranks: ranksOverTime(alive, methodState) }),
      } satisfies Partial<AttachedMethod>
      : {}),
    mergedInto(layer, values) {
      const site = sites.get(layer.path);
      if (!site) return undefined;
      const e = values.get(site.e)!;
      const b = values.get(site.b)!.map((each, i) => each * e[i % site.rank]);
      return scaledProduct(b, values.get(site.a)!, { ...site, scale });
    },
    delta: (values) => ({
      linears: new Map(alive.map(({ path, rank, a, b, e }) => {
        const diagonal = values.get(e)!.map((each) => each * scale);
        return [path, { low: { rank, a: values.get(a)!, diagonal, b: values.get(b)! } }];
      })),
    }),
    peft: adaloraToPeft({ modelInfo, settings, targets, all, kept }),
  };
}

function parametersOf({ a, b, e, rank, inFeatures, outFeatures }: Triplets): Parameter[] {
  const normal = (size: number) => (random: Random) =>
    Float32Array.from({ length: size }, () => standardDeviation * random.normal());
  return [
    { name: a, shape: [rank, inFeatures], decay: true, initial: normal(rank * inFeatures) },
    { name: e, shape: [rank, 1], decay: true, initial: () => new Float32Array(rank) },
    { name: b, shape: [outFeatures, rank], decay: true, initial: normal(outFeatures * rank) },
  ];
}

/** The mean of ‖A·Aᵀ − I‖ and ‖Bᵀ·B − I‖ over all linears. */
function obliqueness(sites: readonly Triplets[], context: HookContext): Tensor {
  const norms = sites.flatMap(({ a, b, rank }) => {
    const one = tf.eye(rank);
    return [
      tf.matMul(context.parameter(a), context.parameter(a), false, true),
      tf.matMul(context.parameter(b), context.parameter(b), true, false),
    ].map((product) => tf.sqrt(tf.sum(tf.square(tf.sub(product, one)))));
  });
  return tf.mul(norms.reduce((sum, each) => tf.add(sum, each)), 1 / norms.length);
}
