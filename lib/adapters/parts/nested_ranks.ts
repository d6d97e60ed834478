/**
 * LoRA whose matrices hold several ranks, one inside the other: each micro-batch draws how many of its ranks every
 * target module uses, so that all of them learn together by shared weights, and are chosen afterwards. Columns
 * of B and rows of A are in order, as in DyLoRA (Valipour et al., arXiv 2210.07558); that each target module draws
 * for itself, and may draw none, is as in Shears (Muñoz et al., arXiv 2404.10934). The scale is that of the
 * largest rank for all of them.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type {
  HookContext,
  ModelInfo,
  NestedRanks,
  Parameter,
  PeftContent,
  PeftFormat,
} from "../../nn/method.ts";
import { moduleNames } from "../../nn/module_names.ts";
import type { LoraTarget } from "./lora_target.ts";

/**
 * A row of ones and zeros, [1, rank]: the ranks that are drawn. Each is as likely as the others; without a draw,
 * as after the training, all are there.
 *
 * @param ranks from the least to the largest
 */
export function drawnRanks(ranks: readonly number[], context: HookContext): Tensor {
  let kept: Tensor = tf.ones([1, 1]);
  const blocks: Tensor[] = [];
  for (const [at, rank] of ranks.entries()) {
    if (at > 0) {
      // Of the ranks from the one before on, this share is larger than it.
      const rate = 1 / (ranks.length - at + 1);
      kept = tf.mul(kept, tf.sign(context.dropout(tf.ones([1, 1]), rate)));
    }
    const width = rank - (ranks[at - 1] ?? 0);
    if (width > 0) blocks.push(tf.mul(kept, tf.ones([1, width])));
  }
  return blocks.length === 1 ? blocks[0] : tf.concat(blocks, 1);
}

/** s·((x·Aᵀ) ∘ drawn)·Bᵀ, [tokens, outFeatures]. */
export function nestedChange(
  { a, b, scale }: LoraTarget,
  ranks: readonly number[],
  x: Tensor,
  context: HookContext,
): Tensor {
  const low = tf.matMul(x, context.parameter(a), false, true); // [tokens, rank]
  const drawn = tf.mul(low, drawnRanks(ranks, context));
  return tf.mul(tf.matMul(drawn, context.parameter(b), false, true), scale);
}

/** The choice of ranks that the targets have. */
export function nestedRanks(targets: readonly LoraTarget[], ranks: readonly number[]): NestedRanks {
  return {
    ranks: new Map(targets.map(({ layer }) => [layer.path, ranks])),
    count: (chosen) =>
      targets.reduce(
        (sum, { layer: { path, inFeatures, outFeatures } }) =>
          sum + chosen.get(path)! * (inFeatures + outFeatures),
        0,
      ),
    cut: (values, chosen) =>
      new Map(targets.flatMap((target) => {
        const rank = chosen.get(target.layer.path)!;
        return [
          [target.a, rowsOfA(target, values.get(target.a)!, rank, target.rank)],
          [target.b, columnsOfB(target, values.get(target.b)!, rank, target.rank)],
        ];
      })),
  };
}

/** The first rows of A, in a matrix of so many. */
function rowsOfA({ layer: { inFeatures } }: LoraTarget, a: Float32Array, rank: number, of: number) {
  const cut = new Float32Array(of * inFeatures);
  cut.set(a.subarray(0, rank * inFeatures));
  return cut;
}

/** The first columns of B, in a matrix of so many. */
function columnsOfB(
  { layer: { outFeatures }, rank: all }: LoraTarget,
  b: Float32Array,
  rank: number,
  of: number,
) {
  const cut = new Float32Array(outFeatures * of);
  for (let row = 0; row < outFeatures; row++) {
    cut.set(b.subarray(row * all, row * all + rank), row * of);
  }
  return cut;
}

/** How many ranks of a target are left: those up to the last column of B that is not 0. */
function rankLeft(
  { b, rank, layer: { outFeatures } }: LoraTarget,
  values: ReadonlyMap<string, Float32Array>,
): number {
  const matrix = values.get(b)!;
  for (let left = rank; left > 0; left--) {
    for (let row = 0; row < outFeatures; row++) {
      if (matrix[row * rank + left - 1] !== 0) return left;
    }
  }
  return 0;
}

/** An ordinary LoRA in a PEFT folder, whose target modules have the ranks that were chosen. */
export function nestedToPeft(
  format: PeftFormat,
  { modelInfo, targets, parameters }: {
    readonly modelInfo: ModelInfo;
    readonly targets: readonly LoraTarget[];
    readonly parameters: readonly Parameter[];
  },
): PeftFormat {
  return {
    ...format,
    async write(values): Promise<PeftContent> {
      const { config, tensors } = await format.write(values);
      const nameOf = new Map(parameters.map(({ name }, at) => [name, tensors[at].name]));
      const left = targets.map((target) => ({ target, rank: rankLeft(target, values) }));
      // PEFT refuses a folder that changes no layer.
      const kept = left.some(({ rank }) => rank > 0)
        ? left.filter(({ rank }) => rank > 0)
        : left.slice(0, 1).map(({ target }) => ({ target, rank: 1 }));
      const named = kept.map(({ target: { layer: { path } }, ...each }) => ({
        ...each,
        name: moduleNames(modelInfo, path)[0],
      }));
      const [{ target: { scale } }] = kept;
      return {
        config,
        learned: {
          target_modules: named.map(({ name }) => name),
          rank_pattern: Object.fromEntries(named.map(({ name, rank }) => [name, rank])),
          alpha_pattern: Object.fromEntries(named.map(({ name, rank }) => [name, scale * rank])),
        },
        tensors: kept.flatMap(({ target, rank }) => {
          const { layer: { inFeatures, outFeatures }, a, b } = target;
          return [
            {
              name: nameOf.get(a)!,
              shape: [rank, inFeatures],
              data: rowsOfA(target, values.get(a)!, rank, rank),
            },
            {
              name: nameOf.get(b)!,
              shape: [outFeatures, rank],
              data: columnsOfB(target, values.get(b)!, rank, rank),
            },
          ];
        }),
      };
    },
  };
}
