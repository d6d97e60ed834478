/**
 * Trials by two aims at a time, and those that none is better than.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { ink } from "../../core/html.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import { palette } from "../../chart/palette.ts";
import {
  type CompleteTrial,
  completeTrials,
  firstLoss,
  lossesOf,
  type SearchHistory,
} from "../history.ts";
import { nonDominatedFronts } from "../samplers/nsga2/non_dominated_fronts.ts";
import {
  aimNames,
  drawnText,
  evenlyChosen,
  numberText,
  type SearchChartOptions,
  searchChartRules,
} from "./viewed_search.ts";

const [side, smallSide] = [280, 210];
const [columns, mostPoints, toldTrials] = [2, 1500, 8];
const front = "Pareto front";
const others = "others";

/**
 * Draws the complete trials by each pair of aims, and the Pareto front of all aims over them: the trials than
 * which none is better by all. Of two aims it is a line.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and for a search with one aim.
 *
 * @example
 * ```ts
 * import { float, paretoFrontChart, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: ["higher", "lower"], sampler: randomSearch() } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * for (const values of [[0.9, 30], [0.8, 10], [0.7, 20]]) search.tell(search.ask()!.number, values);
 * const drawn = paretoFrontChart(search.history, { aims: ["accuracy", "size"] });
 * assert.match(String(drawn), /2 of 3 trials: trial 0 \(accuracy 0.9, size 30\), trial 1/);
 * ```
 */
export function paretoFrontChart(
  history: SearchHistory,
  options: SearchChartOptions = {},
): Drawing {
  checkOptions("paretoFrontChart", options, searchChartRules);
  const names = aimNames("paretoFrontChart", history, options);
  if (names.length === 1) {
    throw new TunebookError("input", "a Pareto front is of two aims or more, this search has one");
  }
  const { best, rest } = frontOf(history);
  const drawn = evenlyChosen(rest, mostPoints);
  const pairs = names.flatMap((_, a) =>
    names.slice(a + 1).map((_, at) => [a, a + 1 + at] as const)
  );
  const size = pairs.length === 1 ? side : smallSide;
  const plots = pairs.map(([a, b]) =>
    plotOf({ best, rest: drawn }, [a, b], { names, size, hasLine: names.length === 2 })
  );
  const told = best.slice(0, toldTrials).map(({ number, values }) =>
    `trial ${number} (${
      values.map((value, aim) => `${names[aim]} ${numberText(value)}`).join(", ")
    })`
  );
  const more = best.length > told.length ? ` and ${best.length - told.length} more` : "";
  return drawing(
    { concat: plots, columns } as never,
    `${front}, ${best.length} of ${best.length + rest.length} trials: ${told.join(", ")}${more}${
      drawnText(best.length + drawn.length, best.length + rest.length)
    }`,
  );
}

/** The trials of the front, the best by the first aim first, and the others. */
export function frontOf(
  history: SearchHistory,
): { readonly best: readonly CompleteTrial[]; readonly rest: readonly CompleteTrial[] } {
  const complete = completeTrials(history);
  const [first = []] = nonDominatedFronts(complete.map((trial) => lossesOf(trial, history)));
  const best = first.map((at) => complete[at]);
  return {
    best: best.toSorted((a, b) =>
      firstLoss(a, history) - firstLoss(b, history) || a.number - b.number
    ),
    rest: complete.filter((trial) => !best.includes(trial)),
  };
}

function plotOf(
  { best, rest }: ReturnType<typeof frontOf>,
  [a, b]: readonly [number, number],
  { names, size, hasLine }: {
    readonly names: readonly string[];
    readonly size: number;
    readonly hasLine: boolean;
  },
): Record<string, unknown> {
  const pointsOf = (trials: readonly CompleteTrial[], kind: string) =>
    trials.map(({ values, number }) => ({
      x: values[a],
      y: values[b],
      kind,
      text: String(number),
    }));
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { zero: false },
  });
  const [x, y] = [axis("x", names[a]), axis("y", names[b])];
  const frontPoints = pointsOf(best, front);
  return {
    width: size,
    height: size,
    layer: [
      ...hasLine
        ? [{
          data: { values: frontPoints },
          mark: { type: "line", strokeWidth: 1.5, color: palette[1], aria: false },
          encoding: { x, y, order: { field: "x" } },
        }]
        : [],
      {
        data: { values: [...pointsOf(rest, others), ...frontPoints] },
        mark: { type: "point", filled: true, size: 42, opacity: 0.85, aria: false },
        encoding: {
          x,
          y,
          color: {
            field: "kind",
            type: "nominal",
            title: null,
            scale: { domain: [front, others], range: [palette[1], palette[0]] },
          },
        },
      },
      {
        data: { values: evenlyChosen(apart(frontPoints), 2 * toldTrials) },
        mark: { type: "text", dx: 5, dy: -7, align: "left", fontSize: 9, color: ink, aria: false },
        encoding: { x, y, text: { field: "text" } },
      },
    ],
  };
}

/** One of the points that lie at the same place. */
function apart<Point extends { readonly x: number; readonly y: number }>(
  points: readonly Point[],
): Point[] {
  return points.filter(({ x, y }, at) =>
    points.findIndex((each) => each.x === x && each.y === y) === at
  );
}
