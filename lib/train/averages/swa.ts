/**
 * Stochastic weight averaging (Izmailov et al., arXiv 1803.05407): the plain mean of the parameters
 * after each of the last steps. The paper keeps the learning rate high there; `schedule: "constant"`
 * does.
 *
 * @module
 */

/** Which steps are averaged. */
export interface SwaOptions {
  /** The share of the steps after which averaging begins, in [0, 1). */
  readonly from: number;
}

/**
 * What the parameters after a step, from 1, count in the average: 1 before and at the first averaged
 * step, then 1/2, 1/3 …
 */
export function swaShare({ from }: SwaOptions, step: number, totalSteps: number): number {
  return 1 / Math.max(1, step - Math.floor(from * totalSteps));
}
