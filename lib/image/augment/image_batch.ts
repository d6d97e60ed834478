/**
 * Images of a batch with a share of every class for each.
 *
 * @module
 */

/** What is mixed: processed pixels, and targets whose rows add up to 1. */
export interface ImageBatch {
  /** How many images. */
  readonly batch: number;
  readonly width: number;
  readonly height: number;
  /** [batch, channels, height, width] */
  readonly pixels: Float32Array;
  /** [batch, classes] */
  readonly targets: Float32Array;
}

/** The targets of images that are mixed with others: `share` of the own, the rest of the other. */
export function mixedTargets(
  { batch, targets }: ImageBatch,
  others: ArrayLike<number>,
  share: number,
): Float32Array {
  const count = targets.length / batch;
  return targets.map((own, at) => {
    const other = targets[others[Math.floor(at / count)] * count + at % count];
    return share * own + (1 - share) * other;
  });
}
