/**
 * What a search tries before its sampler chooses: the plan as it is written, and the best trials of an earlier
 * search.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import {
  type CompleteTrial,
  completeTrials,
  firstLoss,
  lossesOf,
  type SearchHistory,
} from "../../search/history.ts";
import { nonDominatedFronts } from "../../search/samplers/nsga2/non_dominated_fronts.ts";
import { type Dimension, type Point, pointFrom } from "../../search/space/dimension.ts";
import { readSearch } from "../../search/store/read_search.ts";
import { type EarlierDimension, earlierDimensions } from "./earlier_values.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { nearest } from "./written_point.ts";

/** Trials of an earlier search that are tried again, on the rows and with the settings of this one. */
const mostEarlier = 5;

/**
 * The points in their order, each once. A parameter of the same name and kind keeps its value, as near as the
 * bounds allow, a choice the value that is called the same; others are as in the plan.
 *
 * @throws {TunebookError} of kind `input` where the earlier search varied nothing of this one's space.
 */
export function startPoints(
  { written, laidOut: { dimensions }, options: { from } }: CheckedSearch,
): Point[] {
  if (from === undefined) return [written];
  const earlier = typeof from === "string" ? readSearch(from).history : from;
  const shared = earlierDimensions(earlier.dimensions, dimensions);
  if (shared.length === 0) {
    throw new TunebookError(
      "input",
      `from: the earlier search varied ${
        earlier.dimensions.map(({ name }) => name).join(", ")
      }, and this one ${
        dimensions.map(({ name }) => name).join(", ")
      }; they have nothing in common`,
    );
  }
  const best = bestFirst(earlier);
  const points = [
    written,
    ...best.map(({ point }) => moved(point, { dimensions, shared, written })),
  ];
  const byText = new Map(points.map((point) => [JSON.stringify(point), point]));
  return [...byText.values()].slice(0, 1 + mostEarlier);
}

/** Front by front, in each the best score first; of one aim that is by score. */
function bestFirst(earlier: SearchHistory): CompleteTrial[] {
  const complete = completeTrials(earlier);
  return nonDominatedFronts(complete.map((trial) => lossesOf(trial, earlier))).flatMap((front) =>
    front.map((at) => complete[at]).sort((a, b) => firstLoss(a, earlier) - firstLoss(b, earlier))
  );
}

function moved(
  point: SearchHistory["trials"][number]["point"],
  { dimensions, shared, written }: {
    readonly dimensions: readonly Dimension[];
    readonly shared: readonly EarlierDimension[];
    readonly written: Point;
  },
): Point {
  const middle = (each: Dimension) => each.kind === "choice" ? 0 : nearest(each, each.low);
  const values = new Map(shared.map((each) => [each.name, each.valueAt(point)]));
  return pointFrom(dimensions, (each) => {
    const value = values.get(each.name);
    return value === undefined ? written[each.name] ?? middle(each) : nearest(each, value);
  });
}
