/**
 * Frozen weights that lie in several processes: what a device asks of whoever connects them.
 *
 * @module
 */

/** Gives a weight's numbers for one run. What is given away is freed after it. */
export type GatherWeight = (signal?: AbortSignal) => Promise<Float32Array | undefined>;

/** Where a device looks for a frozen weight before it asks the program's own source. */
export interface SharedWeights {
  /**
   * What gathers a weight whenever a program needs it; undefined where it is not shared. What it gives is undefined
   * once the processes have parted.
   *
   * @param holder what holds the numbers (`FrozenSource.holderOf`): another model has weights of the same names
   */
  find(name: string, holder: object | undefined): GatherWeight | undefined;
}
