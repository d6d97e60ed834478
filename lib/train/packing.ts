/**
 * Whether a run packs several examples into one row, and how each batch is then laid out. The
 * batches stay the same examples, and loss and gradients are the same to 1e-5 but for dropout, whose
 * noise follows the layout.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { cheapestLayout, fullestRow, type LayoutCost } from "../data/pack.ts";
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";
import { stackOf } from "../nn/encoder.ts";
import type { Family } from "../nn/family.ts";
import { bodyDepth } from "../nn/frozen_layers.ts";
import { positionsRead } from "../nn/hidden_program.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { sampledBatches, type StepPlan } from "./step_plan.ts";
import { sequencesOf, type TrainingRows } from "./training_rows.ts";
import type { TrainSettings } from "./train_options.ts";
import { keyValueSizes } from "../nn/key_value_sizes.ts";

/** What a run does about padding. */
export interface PackingChoice {
  /** Whether rows are packed, and why. */
  readonly reason: string;
  /** Where the examples of a batch stand; absent where batches are padded. */
  readonly layoutOf?: (rows: ArrayLike<number>) => BatchLayout;
  /** True where these are the layouts of `sharedPrompts`. */
  readonly sharesTokens?: true;
}

/** What forbids packing: nothing, or a reason. */
export function packingObstacle(
  { model, adapter }: {
    readonly model: { readonly family: Pick<Family, "decoder"> };
    readonly adapter: TrainableModel["adapter"];
  },
): string | undefined {
  if (model.family.decoder) {
    return "the model is an encoder-decoder, whose sources and targets differ in length";
  }
  return adapter.input
    ? "the method puts virtual tokens before each text, and a packed row has several texts"
    : undefined;
}

/** Refuses `packing: true` where it cannot be done. */
export function checkPacking(
  { packing }: Pick<TrainSettings, "packing">,
  obstacle: string | undefined,
): void {
  if (packing !== true || obstacle === undefined) return;
  throw new TunebookError(
    "input",
    `packing is true, but ${obstacle}; leave packing out`,
  );
}

/** Packing is chosen from this saving on; a smaller one drowns in what the estimate leaves out. */
const leastSaving = 0.05;

/**
 * What each number of the attention weights costs beside its products, in multiply-adds: softmax,
 * masking, dropout and their gradients pass over it. Measured with LoRA on 6 layers of hidden size 384.
 */
const weightPasses = 320;

/** What the choice depends on. */
export type PackedModel = Pick<TrainableModel, "model" | "adapter">;

/**
 * The rule: with P the numbers in the linears of a layer, w the hidden size, h the heads and L the layers
 * that a step runs (not those that are frozen and kept), a batch of n rows of s tokens with up to e
 * examples a row costs about
 *
 *     2·P·n·s·L  +  (6·w + 320·h)·n·s²·L
 *
 * multiply-adds, forward and backward: products with frozen weights run twice a step, those of the
 * attention three times. Where a task reads one position of each example, the last layer makes keys
 * and values (K of the P numbers) of all tokens and does the rest for e positions a row, so that it
 * costs 2·n·(K·s + (P − K)·e) + (6·w + 320·h)·n·s·e. A step's fixed cost is the same for all
 * layouts. Each batch takes the cheapest of its padded layout and those of `cheapestLayout`; a run
 * packs where that saves at least 5 % of the first epoch.
 */
export function layoutCost(
  { model }: Pick<PackedModel, "model">,
  keptLayers: number = 0,
): LayoutCost {
  const { layerPath } = stackOf(model.family);
  const { hiddenSize, numHeads, numLayers } = model.config;
  const linear = model.layers.reduce(
    (sum, layer) =>
      layer.kind === "linear" && layer.path.startsWith(`${layerPath}.`)
        ? sum + layer.inFeatures * layer.outFeatures
        : sum,
    0,
  ) / numLayers;
  const keysAndValues = 2 * hiddenSize * keyValueSizes(model.config).width;
  const attended = numHeads * keyValueSizes(model.config).size; // numbers of a query
  const perPair = 6 * attended + weightPasses * numHeads;
  const asked = positionsRead(model) === "pooled" ? 1 : 0;
  const whole = numLayers - keptLayers - asked;
  return (rows, length, fullest) => {
    const inFull = 2 * linear * length + perPair * length * length;
    const inPart = 2 * (keysAndValues * length + (linear - keysAndValues) * fullest) +
      perPair * length * fullest;
    return rows * (whole * inFull + asked * inPart);
  };
}

/**
 * Decides for a run, from the lengths of its rows alone: the same run always decides alike. So many
 * `keptLayers` are frozen and run once for each row instead of in every step, none unless given.
 */
export function choosePacking(
  trainable: PackedModel,
  rows: Pick<TrainingRows, "lengths" | "groups" | "sharedPrompts"> & {
    readonly packedFeedsOf?: unknown;
  },
  settings: Pick<TrainSettings, "packing" | "gradientCheckpointing">,
  plan: StepPlan,
  keptLayers: number = 0,
): PackingChoice {
  const { packing } = settings;
  if (packing === false) return { reason: "off, as asked" };
  const { sharedPrompts } = rows;
  if (sharedPrompts && sharesPrompts(trainable, sharedPrompts, settings)) {
    return {
      reason: `each prompt once for all of its answers: at least ${
        percentOf(sharedPrompts.saving)
      } fewer tokens`,
      layoutOf: (batch) => sharedPrompts.layoutOf(sequencesOf(rows, batch)),
      sharesTokens: true,
    };
  }
  const obstacle = packingObstacle(trainable) ??
    (rows.packedFeedsOf ? undefined : "the rows can only be fed padded") ??
    (keptLayers === bodyDepth(trainable.model) ? "all layers are frozen and run once" : undefined);
  checkPacking(settings, obstacle);
  if (obstacle) return { reason: `off: ${obstacle}` };
  const cost = layoutCost(trainable, keptLayers);
  const costOf = (layout: BatchLayout) => cost(layout.rows, layout.length, fullestRow(layout));
  const lengthsOf = (batch: ArrayLike<number>) =>
    sequencesOf(rows, batch).map((sequence) => rows.lengths[sequence]);
  const layoutOf = (batch: ArrayLike<number>) => cheapestLayout(lengthsOf(batch), cost);

  const sum = { padded: 0, packed: 0, paddedTokens: 0, packedTokens: 0 };
  for (const batch of sampledBatches(plan)) {
    const [padded, packed] = [paddedLayout(lengthsOf(batch)), layoutOf(batch)];
    sum.padded += costOf(padded);
    sum.packed += costOf(packed);
    sum.paddedTokens += padded.rows * padded.length;
    sum.packedTokens += packed.rows * packed.length;
  }
  const percent = percentOf;
  const saved = 1 - sum.packed / sum.padded;
  const tokens = 1 - sum.packedTokens / sum.paddedTokens;
  const estimate = `about ${percent(tokens)} fewer tokens and ${percent(saved)} less work`;
  if (packing === true) return { reason: `on, as asked: ${estimate}`, layoutOf };
  return saved < leastSaving
    ? { reason: `off: it would save ${percent(saved)} of the work` }
    : { reason: `on: ${estimate}`, layoutOf };
}

const percentOf = (share: number) => `${(100 * share).toFixed(0)} %`;

/**
 * Whether answers share the tokens of their prompts: where that saves enough, the model reads from left to right, and a
 * method puts nothing before each sequence. A layer that is computed twice is given its own row alone, and the length of
 * an answer is not seen where its last token is left out.
 */
function sharesPrompts(
  { model, adapter }: PackedModel,
  { saving }: Pick<NonNullable<TrainingRows["sharedPrompts"]>, "saving">,
  { packing, gradientCheckpointing }: Pick<TrainSettings, "packing" | "gradientCheckpointing">,
): boolean {
  const { stack, usesTypes } = model.family;
  return packing === "auto" && !gradientCheckpointing && saving >= leastSaving &&
    stack?.causal === true && !stack.readsLengths?.(model.config) && !usesTypes &&
    adapter.input === undefined && adapter.keysValues === undefined;
}
