/**
 * LoRA (Hu et al., arXiv 2106.09685): a linear's output x·Wᵀ gains s·(x·Aᵀ)·Bᵀ, with A [rank,
 * inFeatures] and B [outFeatures, rank] trained and W frozen. B starts at zero, so that training
 * starts at the pretrained model. Rank 8 is PEFT's default, alpha twice the rank a custom of its examples,
 * whose rate for classes is 3e-4. The rate is from 1,500 of the sentiment rows, three epochs:
 * accuracy .867 at 3e-4, .882 at 1e-3, .883 at 3e-3. PEFT's GSM8K comparison, 5,000 steps of a
 * decoder of three billion parameters at rank 32, gives .478 at 1e-4 and tells no other rate.
 *
 * - rank-stabilised (Kalajdzievski, arXiv 2312.03732): s is alpha / √rank instead of alpha / rank.
 * - DoRA (Liu et al., arXiv 2402.09353): the weight is m·(W + s·B·A) / ‖W + s·B·A‖ by row, with the
 *   magnitudes m trained too; gradients do not pass through the norm (its section 4.3).
 * - PiSSA (Meng et al., arXiv 2404.02948): A and B start at the strongest singular directions of W.
 * - LoRA+ (Hayou et al., arXiv 2402.12354): B learns faster than A; the paper advises 16 times.
 *
 * Of a convolution A is one with as many outputs as the rank, and B mixes these at each pixel.
 *
 * - nested ranks (`parts/nested_ranks.ts`): smaller ranks learn beside the largest one by shared weights.
 *
 * A training step computes a site in one of two ways with the same result. *Separate*, as above: three
 * products with the tokens. *Merged*: W' = W + s·B·A in one product, and the gradients of A and B from
 * that of W', dyᵀ·x. Merged takes fewer operations only where the rank is large; the rank and the
 * tokens of a batch decide. With dropout on A's input only the separate way is right.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import type { AdapterDelta } from "../nn/adapter_delta.ts";
import type { ConvLayer } from "../nn/layer.ts";
import type { AttachedMethod, Method, ModelInfo, Parameter } from "../nn/method.ts";
import { moduleNames } from "../nn/module_names.ts";
import { chooseLayers, pattern, type Targets } from "../nn/targets.ts";
import {
  defaultRank,
  type LoraOptions,
  loraRules,
  type LoraSettings,
  nestedMistakes,
  patternMistakes,
} from "./lora_options.ts";
import { doraChange, doraConvolution, doraMerged, doraParts, magnitudesOf } from "./parts/dora.ts";
import { loraToPeft } from "./peft/lora.ts";
import {
  checkRank,
  isMergedFaster,
  type LoraTarget,
  loraTargetOf,
  lowRankChange,
  lowRankConvolution,
  lowRankOf,
  productOf,
  shapesOf,
  weightChange,
} from "./parts/lora_target.ts";
import { namesForPeft } from "./peft/fields.ts";
import { nestedChange, nestedRanks, nestedToPeft } from "./parts/nested_ranks.ts";
import { pissaParts } from "./parts/pissa_parts.ts";

const learningRate = 1e-3;

/**
 * Low-rank adaptation.
 *
 * @example
 * ```ts
 * import { lora } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const method = lora({ rank: 4, targets: ["query", "value"] });
 * assert.equal(method.method, "lora");
 * assert.equal(method.settings.alpha, 8);
 * ```
 */
export function lora(options: LoraOptions = {}): Method {
  return loraOf(options);
}

/**
 * LoRA of any rank, as folders and sums of adapters have it.
 *
 * @param how `anyRank` true allows ranks above a layer's width
 */
export function loraOf(
  options: LoraOptions,
  { anyRank = false }: { readonly anyRank?: boolean } = {},
): Method {
  checkOptions("lora", options, loraRules, () => [
    ...patternMistakes(options),
    ...nestedMistakes(options),
  ]);
  const rank = options.rank ?? defaultRank;
  const settings: LoraSettings = {
    rank,
    alpha: options.alpha ?? 2 * rank,
    dropout: options.dropout ?? 0,
    rankStabilised: options.rankStabilised ?? false,
    ranks: options.ranks ?? {},
    alphas: options.alphas ?? {},
    dora: options.dora ?? false,
    start: options.start ?? "zero",
    rateRatio: options.rateRatio ?? 1,
    ...(options.nestedRanks ? { nestedRanks: options.nestedRanks } : {}),
  };
  const { targets } = options;
  return {
    method: "lora",
    settings: {
      ...settings,
      ...(targets ? { targets } : {}),
    },
    learningRate,
    attach(modelInfo) {
      const sites = sitesIn(modelInfo, settings, targets);
      if (!anyRank && (options.rank !== undefined || options.ranks)) {
        checkRank("lora", "rank", sites.values());
      }
      return attach(modelInfo, settings, sites, targets);
    },
  };
}

function attach(
  modelInfo: ModelInfo,
  settings: LoraSettings,
  sites: ReadonlyMap<string, LoraTarget>,
  targets: Targets | undefined,
): AttachedMethod {
  for (const name of [...Object.keys(settings.ranks), ...Object.keys(settings.alphas)]) {
    if ([...sites.keys()].some((path) => isNamed(modelInfo, path, name))) continue;
    throw new TunebookError("input", `lora: ranks or alphas name "${name}", which is no target`);
  }
  const all = [...sites.values()];
  const convolutions = all.flatMap(({ convolution }) => convolution ?? []);
  checkConvolutions(convolutions, settings);
  const pissa = settings.start === "pissa" ? pissaParts(modelInfo, all, settings) : undefined;
  const parameters = all.flatMap((site) => [
    ...matricesOf(site, settings, pissa?.startOf(site)),
    ...(settings.dora ? [magnitudesOf(modelInfo, site)] : []),
  ]);
  const delta = (values: ReadonlyMap<string, Float32Array>): AdapterDelta => {
    const converted = pissa && new Map(
      pissa.converted.tensors(values).map(({ name, data }) => [name, data]),
    );
    const own = converted ? new Map([...values, ...converted]) : values;
    const times = converted ? 2 : 1;
    return {
      linears: new Map(all.map((site) => {
        const low = lowRankOf({ ...site, rank: times * site.rank }, own);
        return [site.layer.path, settings.dora ? doraParts(modelInfo, site, low, own) : { low }];
      })),
    };
  };
  const { nestedRanks: smaller, rank } = settings;
  const ranks = smaller && [...smaller, rank];
  const format = loraToPeft({
    modelInfo,
    settings,
    targets: namesForPeft(modelInfo, targets ?? modelInfo.attentionTargets, [...sites.keys()]),
    sites: [...sites.keys()],
    parameters,
    ...(pissa ? { converted: pissa.converted } : {}),
  });
  return {
    parameters,
    ...(pissa ? { frozen: pissa.frozen } : {}),
    targets: [...sites.keys()],
    trains: () => false,
    weight(path, weight, context) {
      const site = sites.get(path);
      const isFree = settings.dropout === 0 && !settings.dora && !ranks;
      return site && isFree && isMergedFaster(site, context.tokens)
        ? tf.add(weightChange(site, context), weight)
        : undefined;
    },
    output(path, x, y, context) {
      const site = sites.get(path);
      if (!site) return y;
      if (settings.dora) return doraChange(site, settings.dropout, { x, y }, context);
      const thinned = context.dropout(x, settings.dropout);
      const change = ranks
        ? nestedChange(site, ranks, thinned, context)
        : lowRankChange(site, thinned, context);
      return tf.add(y, change);
    },
    convOutput(path, call, context) {
      const { x, y, convolve } = call;
      const site = sites.get(path);
      if (!site) return y;
      if (settings.dora) return doraConvolution(site, settings.dropout, call, context);
      const thinned = context.dropout(x, settings.dropout);
      return tf.add(y, lowRankConvolution(site, { x: thinned, convolve }, context));
    },
    mergedInto(layer, parameters) {
      const site = sites.get(layer.path);
      if (!site) return undefined;
      return settings.dora ? doraMerged(modelInfo, site, parameters) : productOf(site, parameters);
    },
    // Programs that share a base have no convolutions that differ by row.
    ...(convolutions.length > 0 ? {} : { delta }),
    ...(ranks ? { nested: nestedRanks(all, ranks) } : {}),
    peft: ranks ? nestedToPeft(format, { modelInfo, targets: all, parameters }) : format,
  };
}
/** Throws for convolutions that PEFT's LoRA cannot act on, or not with these settings. */
function checkConvolutions(
  convolutions: readonly ConvLayer[],
  { start, nestedRanks }: Pick<LoraSettings, "start" | "nestedRanks">,
): void {
  for (const { path, groups = 1, isTransposed } of convolutions) {
    const obstacle = groups > 1
      ? "has groups of channels"
      : isTransposed
      ? "is transposed"
      : start === "pissa"
      ? "is a convolution, which cannot start with pissa"
      : nestedRanks
      ? "is a convolution, which has no nestedRanks"
      : undefined;
    if (obstacle) throw new TunebookError("unsupported", `lora: ${path} ${obstacle}; leave it out`);
  }
}

function sitesIn(
  modelInfo: ModelInfo,
  settings: LoraSettings,
  targets: Targets | undefined,
): ReadonlyMap<string, LoraTarget> {
  return new Map(
    chooseLayers(modelInfo, targets)
      .map(({ path }) => [path, siteIn(modelInfo, path, settings)] as const),
  );
}

function siteIn(modelInfo: ModelInfo, path: string, settings: LoraSettings): LoraTarget {
  const special = (values: Readonly<Record<string, number>>) =>
    Object.entries(values).find(([name]) => isNamed(modelInfo, path, name))?.[1];
  return loraTargetOf(modelInfo, path, {
    rank: special(settings.ranks) ?? settings.rank,
    alpha: special(settings.alphas) ?? settings.alpha,
    rankStabilised: settings.rankStabilised,
  });
}

/** PEFT's rule for patterns: the end of the path after a dot, or all of it. */
function isNamed(modelInfo: ModelInfo, path: string, name: string): boolean {
  const whole = pattern(`^(?:.*\\.)?(?:${name})$`);
  return moduleNames(modelInfo, path).some((each) => whole.test(each));
}

/** A and B with their start, PiSSA's or the usual one. */
function matricesOf(
  site: LoraTarget,
  { rateRatio }: LoraSettings,
  start: (() => { readonly a: Float32Array; readonly b: Float32Array }) | undefined,
): Parameter[] {
  const { layer, rank, a, b } = site;
  const shapes = shapesOf(site);
  // Kaiming-uniform with a = √5, as PEFT: a bound of √(6 / ((1 + 5)·inputs)).
  const bound = Math.sqrt(1 / layer.inFeatures);
  const uniform = (random: Random) =>
    Float32Array.from(
      { length: rank * layer.inFeatures },
      () => (2 * random.uniform() - 1) * bound,
    );
  return [
    {
      name: a,
      shape: shapes.a,
      decay: true,
      initial: (random) => start?.().a ?? uniform(random),
    },
    {
      name: b,
      shape: shapes.b,
      decay: true,
      learningRateScale: rateRatio,
      initial: () => start?.().b ?? new Float32Array(layer.outFeatures * rank),
    },
  ];
}
