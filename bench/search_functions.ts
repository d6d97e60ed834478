/**
 * Test functions with known minima, which searches are measured on; `peer_search.py` has the same.
 *
 * @module
 */
import { float, type FloatParameter, type IntParameter } from "../mod.ts";

/** A function to minimize. */
export interface SearchFunction {
  readonly space: Readonly<Record<string, FloatParameter | IntParameter>>;
  /** Its least value. */
  readonly least: number;
  at(values: Readonly<Record<string, number>>): number;
}

/** Branin (1972) with its usual bounds; three minima. */
const branin: SearchFunction = {
  space: { x: float(-5, 10), y: float(0, 15) },
  least: 0.397887357729738,
  at({ x, y }) {
    const valley = y - 5.1 / (4 * Math.PI ** 2) * x ** 2 + 5 / Math.PI * x - 6;
    return valley ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const heights = [1, 1.2, 3, 3.2];
const steepness = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
/** In ten thousandths. */
const centres = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];

/** Hartmann's function of six dimensions (1973). */
const hartmann6: SearchFunction = {
  space: Object.fromEntries(centres[0].map((_, place) => [`x${place}`, float(0, 1)])),
  least: -3.32236801141551,
  at(values) {
    const at = centres[0].map((_, place) => values[`x${place}`]);
    return -heights.reduce((sum, height, hill) => {
      const far = at.reduce(
        (total, value, place) =>
          total + steepness[hill][place] * (value - centres[hill][place] / 10_000) ** 2,
        0,
      );
      return sum + height * Math.exp(-far);
    }, 0);
  },
};

/** By their names in tables. */
export const searchFunctions: Readonly<Record<string, SearchFunction>> = { branin, hartmann6 };
