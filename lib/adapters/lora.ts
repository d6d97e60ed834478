/**
 * LoRA (Hu et al., arXiv 2106.09685): a linear's output x·Wᵀ gains s·(x·Aᵀ)·Bᵀ, with A [rank, inputs]
 * and B [outputs, rank] trained and W frozen. s is alpha / rank, or alpha / √rank with rank-stabilised
 * scaling (Kalajdzievski, arXiv 2312.03732). B starts at zero, so that training starts at the
 * pretrained model.
 *
 * A training step computes a site in one of two ways with the same result. *Separate*, as above: three
 * products with the tokens. *Merged*: W' = W + s·B·A in one product, and the gradients of A and B from
 * that of W', dyᵀ·x. Merged takes fewer operations only where the rank is large; the rank and the
 * tokens of a batch decide. With dropout on A's input only the separate way is right.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import type { Adapter, AttachedAdapter, Host, Parameter } from "../nn/adapter.ts";
import type { LinearLayer } from "../nn/layer.ts";
import { chooseTargets, pattern, type Targets } from "../nn/targets.ts";
import { loraToPeft } from "./lora_peft.ts";

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
}

/** The names of the settings. */
export const loraSettings: readonly string[] = [
  "rank",
  "alpha",
  "dropout",
  "targets",
  "rankStabilised",
  "ranks",
  "alphas",
] satisfies readonly (keyof LoraOptions)[];

const defaultRank = 8;

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
export function lora(options: LoraOptions = {}): Adapter {
  const rank = options.rank ?? defaultRank;
  const settings = {
    rank,
    alpha: options.alpha ?? 2 * rank,
    dropout: options.dropout ?? 0,
    rankStabilised: options.rankStabilised ?? false,
    ranks: options.ranks ?? {},
    alphas: options.alphas ?? {},
  };
  const { targets } = options;
  checkSettings(settings, targets);
  return {
    method: "lora",
    settings: {
      ...settings,
      ...(targets ? { targets } : {}),
    },
    attach: (host) => attach(host, settings, targets),
  };
}

/** All settings but the choice of layers. */
export type LoraSettings = Required<Omit<LoraOptions, "targets">>;

function checkSettings(
  { rank, alpha, dropout, rankStabilised, ranks, alphas }: LoraSettings,
  targets: Targets | undefined,
): void {
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && value as number > 0;
  const isPositive = (value: unknown) => Number.isFinite(value) && value as number > 0;
  const wrong: string[] = [];
  const check = (name: string, value: unknown, fits: boolean, wants: string) => {
    if (!fits) wrong.push(`${name} is ${JSON.stringify(value)}, but must be ${wants}`);
  };
  check("rank", rank, isWhole(rank), "a whole number above 0");
  check("alpha", alpha, isPositive(alpha), "a number above 0");
  check(
    "dropout",
    dropout,
    typeof dropout === "number" && dropout >= 0 && dropout < 1,
    "a number in [0, 1)",
  );
  check("rankStabilised", rankStabilised, typeof rankStabilised === "boolean", "true or false");
  const areNames = Array.isArray(targets) && targets.every((name) => typeof name === "string");
  const isChoice = targets === undefined || typeof targets === "string" || areNames;
  check("targets", targets, isChoice, "names or a pattern");
  for (const [name, value] of Object.entries(ranks)) {
    check(`the rank of "${name}"`, value, isWhole(value), "a whole number above 0");
  }
  for (const [name, value] of Object.entries(alphas)) {
    check(`the alpha of "${name}"`, value, isPositive(value), "a number above 0");
  }
  if (wrong.length > 0) throw mistakes("input", "these settings of lora make no sense:", wrong);
}

function attach(host: Host, settings: LoraSettings, targets: Targets | undefined): AttachedAdapter {
  const sites = new Map(
    chooseTargets(host, targets).map((layer) => [layer.path, siteOf(layer, settings, host.prefix)]),
  );
  for (const name of [...Object.keys(settings.ranks), ...Object.keys(settings.alphas)]) {
    if ([...sites.keys()].some((path) => names(`${host.prefix}.${path}`, name))) continue;
    throw new TunebookError("input", `lora: ranks or alphas name "${name}", which is no target`);
  }
  const named = targets ?? host.attentionTargets;
  // PEFT looks for names in the whole model: one that fits a layer of the head would wrap that too.
  const isExact = Array.isArray(named) &&
    !host.head.some((path) => named.some((name) => path === name || path.endsWith(`.${name}`)));
  const parameters = [...sites.values()].flatMap(parametersOf);
  return {
    parameters,
    sites: [...sites.keys()],
    trains: () => false,
    weight(path, weight, context) {
      const site = sites.get(path);
      if (!site || settings.dropout > 0 || !isMergedFaster(site, context.tokens)) return undefined;
      const change = tf.matMul(context.parameter(site.b), context.parameter(site.a));
      return tf.add(tf.mul(change, site.scale), weight);
    },
    output(path, x, y, context) {
      const site = sites.get(path);
      if (!site) return y;
      const input = context.dropout(x, settings.dropout);
      const low = tf.matMul(input, context.parameter(site.a), false, true); // [tokens, rank]
      const change = tf.matMul(low, context.parameter(site.b), false, true);
      return tf.add(y, tf.mul(change, site.scale));
    },
    mergedInto(layer, parameters) {
      const site = sites.get(layer.path);
      return site && product(site, parameters.get(site.a)!, parameters.get(site.b)!);
    },
    peft: loraToPeft(settings, isExact ? named : [...sites.keys()], parameters, host.prefix),
  };
}

interface Site {
  readonly layer: LinearLayer;
  readonly rank: number;
  readonly scale: number;
  /** The names of the two matrices. */
  readonly a: string;
  readonly b: string;
}

function siteOf(layer: LinearLayer, settings: LoraSettings, prefix: string): Site {
  const special = (values: Readonly<Record<string, number>>) =>
    Object.entries(values).find(([name]) => names(`${prefix}.${layer.path}`, name))?.[1];
  const rank = special(settings.ranks) ?? settings.rank;
  const alpha = special(settings.alphas) ?? settings.alpha;
  const scale = alpha / (settings.rankStabilised ? Math.sqrt(rank) : rank);
  return { layer, rank, scale, a: `${layer.path}.lora_A`, b: `${layer.path}.lora_B` };
}

/** PEFT's rule for patterns: the end of the path after a dot, or all of it. */
function names(path: string, name: string): boolean {
  return pattern(`^(?:.*\\.)?(?:${name})$`).test(path);
}

function parametersOf({ layer, rank, a, b }: Site): Parameter[] {
  // Kaiming-uniform with a = √5, as PEFT: a bound of √(6 / ((1 + 5)·inputs)).
  const bound = Math.sqrt(1 / layer.inputs);
  return [
    {
      name: a,
      shape: [rank, layer.inputs],
      decay: true,
      initial: (random: Random) =>
        Float32Array.from(
          { length: rank * layer.inputs },
          () => (2 * random.uniform() - 1) * bound,
        ),
    },
    {
      name: b,
      shape: [layer.outputs, rank],
      decay: true,
      initial: () => new Float32Array(layer.outputs * rank),
    },
  ];
}

/** How much slower a product is with a weight that changes: a frozen one is laid out beforehand. */
const changingWeight = 0.15;

/**
 * Compares the multiplications of a training step that the two ways have beyond x·Wᵀ and its
 * gradient dx: six products with the tokens where separate; where merged, the gradient of W', three
 * products of A's and B's size, and the slower products with W'.
 */
function isMergedFaster({ layer, rank }: Site, tokens = 0): boolean {
  const { inputs, outputs } = layer;
  const weights = inputs * outputs;
  const separate = 3 * tokens * rank * (inputs + outputs);
  const merged = tokens * weights * (1 + 2 * changingWeight) + 3 * weights * rank;
  return separate > merged;
}

/** s·B·A, [outputs, inputs]. */
function product({ layer, rank, scale }: Site, a: Float32Array, b: Float32Array): Float32Array {
  const { inputs, outputs } = layer;
  const made = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    const target = made.subarray(row * inputs, (row + 1) * inputs);
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[row * rank + k];
      const source = a.subarray(k * inputs, (k + 1) * inputs);
      for (let column = 0; column < inputs; column++) target[column] += factor * source[column];
    }
  }
  return made;
}
