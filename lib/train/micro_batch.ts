/**
 * How many examples of a step are computed at once. A step's loss and gradients are sums over its examples,
 * so that a large batch may be computed in micro-batches, one after the other: what each keeps for its
 * backward pass is smaller, and more of it stays in the processor's caches. But for dropout, whose noise
 * follows the micro-batches, the result is the same.
 *
 * @module
 */
import { type Device, sizeOf, type StateTensor } from "../engine/mod.ts";
import type { TrainSettings } from "./train_options.ts";

/** Adding up more gradients than this after each micro-batch takes longer than small batches save. */
const mostGradients = 4_000_000;

/** Products of fewer tokens are slower, whatever the hidden size. */
const leastTokens = 256;

/** What the choice depends on. */
export interface MicroBatchContext {
  readonly device: Pick<Device, "batchNumbers">;
  readonly hiddenSize: number;
  /** What is trained. */
  readonly tensors: readonly Pick<StateTensor, "shape">[];
  /** About how many tokens `batchSize` examples have. */
  readonly tokens: number;
  /** True where the loss compares the examples of a batch, or little is computed for each token. */
  readonly isWhole: boolean;
}

/** The most examples of a micro-batch: as many as asked for, or those of about `device.batchNumbers`. */
export function microBatchSize(
  { batchSize }: Pick<TrainSettings, "batchSize">,
  { device: { batchNumbers }, hiddenSize, tensors, tokens, isWhole }: MicroBatchContext,
): number {
  if (isWhole || batchNumbers === undefined) return batchSize;
  const batchTokens = Math.max(leastTokens, batchNumbers / hiddenSize);
  const gradients = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const parts = Math.floor(tokens / batchTokens);
  return parts < 2 || gradients > mostGradients ? batchSize : Math.ceil(batchSize / parts);
}
