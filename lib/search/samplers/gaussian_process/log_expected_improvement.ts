/**
 * How much better than the best a point may be.
 *
 * @module
 */
import { logImprovement, logImprovementSlope } from "../../normal.ts";
import { predictAt, type Regression } from "./regression.ts";

/** Where a variance is as good as 0, rounding may make it negative. */
const leastVariance = 1e-14;

/**
 * The logarithm of the expected improvement over `best`, of which less is better (Jones et al. 1998; in
 * logarithms after Ament et al. 2023, so that it has a slope everywhere).
 *
 * @param slopes where given, its derivatives by the coordinates are written into it
 */
export function logExpectedImprovement(
  regression: Regression,
  best: number,
  at: Float64Array,
  slopes?: Float64Array,
): number {
  const { mean, variance, meanSlopes, varianceSlopes } = predictAt(regression, at);
  const deviation = Math.sqrt(Math.max(leastVariance, variance));
  const z = (best - mean) / deviation;
  if (slopes !== undefined) {
    const slope = logImprovementSlope(z);
    for (let i = 0; i < slopes.length; i++) {
      const turn = variance > leastVariance ? varianceSlopes[i] / (2 * deviation) : 0;
      slopes[i] = (turn - slope * (meanSlopes[i] + z * turn)) / deviation;
    }
  }
  return Math.log(deviation) + logImprovement(z);
}
