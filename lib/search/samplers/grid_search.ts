/**
 * Grid search.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes } from "../../core/errors.ts";
import { type Rules, whole } from "../../core/option_rules.ts";
import type { SearchHistory } from "../history.ts";
import { type Dimension, isActive, type Point } from "../space/dimension.ts";
import type { SearchSampler } from "./sampler.ts";

/** How fine a grid is. */
export interface GridSearchOptions {
  /**
   * How many values a dimension of numbers is tried at, spread evenly from its lowest to its highest, or
   * by their logarithm: 5 unless given. Whole numbers with fewer values are tried at all of them.
   */
  readonly points?: number;
}

const rules: Rules<GridSearchOptions> = { points: whole };
const defaultPoints = 5;
/** More points than these are no grid that anybody walks over. */
const mostPoints = 1_000_000;

/**
 * Tries each combination once, the last parameter first, and then has nothing left. For any number of
 * aims; trials that failed are not tried again.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and in `startSearch` for a grid
 * of more than a million points.
 *
 * @example
 * ```ts
 * import { choice, gridSearch, int, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { layers: int(1, 2), pooling: choice("mean", "cls") };
 * const search = startSearch(space, { better: "higher", sampler: gridSearch() });
 * const tried = [];
 * for (let asked = search.ask(); asked; asked = search.ask()) tried.push(asked.suggestion);
 * assert.equal(tried.length, 4);
 * assert.deepEqual(tried[1], { layers: 1, pooling: "cls" });
 * ```
 */
export function gridSearch(options: GridSearchOptions = {}): SearchSampler {
  checkOptions("gridSearch", options, rules);
  const { points = defaultPoints } = options;
  return {
    name: "grid",
    settings: { points },
    check({ dimensions }) {
      const size = gridSize(dimensions, points);
      if (size <= mostPoints) return;
      throw mistakes("input", "this grid cannot be walked over:", [
        `it has ${size.toLocaleString("en")} points, more than ${mostPoints.toLocaleString("en")}`,
      ]);
    },
    suggest: (history) => nextOnGrid(history, points),
  };
}

/** The values at which a dimension is tried, in their order. */
function gridValues(dimension: Dimension, points: number): number[] {
  if (dimension.kind === "choice") return Array.from({ length: dimension.count }, (_, at) => at);
  const { low, high, step, log } = dimension;
  if (low === high) return [low];
  const count = step === 0 ? points : Math.min(points, Math.round((high - low) / step) + 1);
  const values = Array.from({ length: count }, (_, at) => {
    const share = count === 1 ? 0.5 : at / (count - 1);
    if (share === 1) return high;
    const value = log ? low * (high / low) ** share : low + share * (high - low);
    return step === 0 ? value : low + Math.round((value - low) / step) * step;
  });
  return [...new Set(values)];
}

/** Points of the grid, those of dimensions inside a choice only where they are active. */
function gridSize(dimensions: readonly Dimension[], points: number): number {
  const inside = (name?: string, value?: number): number =>
    dimensions
      .filter(({ condition }) => condition?.name === name && condition?.value === value)
      .reduce((size, dimension) => {
        const values = gridValues(dimension, points);
        if (dimension.kind !== "choice") return size * values.length;
        return size * values.reduce((sum, each) => sum + inside(dimension.name, each), 0);
      }, 1);
  return inside();
}

/** The first point in the grid's order that no trial has. */
function nextOnGrid({ dimensions, trials }: SearchHistory, points: number): Point | undefined {
  const tried = new Set(trials.map(({ point }) => keyOf(point, dimensions)));
  for (const point of gridPoints(dimensions, points)) {
    if (!tried.has(keyOf(point, dimensions))) return point;
  }
  return undefined;
}

function keyOf(point: Point, dimensions: readonly Dimension[]): string {
  return dimensions.map(({ name }) => point[name] ?? "").join(" ");
}

function* gridPoints(
  dimensions: readonly Dimension[],
  points: number,
  begun: Point = {},
): Generator<Point> {
  const [first, ...rest] = dimensions;
  if (first === undefined) {
    yield begun;
  } else if (!isActive(first, begun)) {
    yield* gridPoints(rest, points, begun);
  } else {
    for (const value of gridValues(first, points)) {
      yield* gridPoints(rest, points, { ...begun, [first.name]: value });
    }
  }
}
