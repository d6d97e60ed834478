/**
 * The values of a search over each parameter by itself.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import type { CompleteTrial, SearchHistory } from "../history.ts";
import type { Dimension } from "../space/dimension.ts";
import { orderColour } from "./trial_colour.ts";
import { valueAxis } from "./value_axis.ts";
import {
  aimNames,
  bestTrials,
  dimensionTitles,
  drawnText,
  evenlyChosen,
  numberText,
  type SearchChartOptions,
  searchChartRules,
  valueText,
} from "./viewed_search.ts";

const [width, height] = [190, 140];
const [columns, mostPoints] = [3, 3000];

/**
 * Draws a plot for each parameter: the first aim of the complete trials over its values, on a logarithmic
 * axis where the parameter is logarithmic, later trials in another colour. A parameter inside a choice's value
 * has the trials that chose it.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, int, randomSearch, sliceChart, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { rank: int(2, 64, { log: true }), dropout: float(0, 0.5) };
 * const search = startSearch(space, { better: "higher", sampler: randomSearch() });
 * for (let trial = 0; trial < 5; trial++) search.tell(search.ask()!.number, trial);
 * assert.match(String(sliceChart(search.history)), /value over rank best at \d+ \(4\), dropout best at/);
 * ```
 */
export function sliceChart(history: SearchHistory, options: SearchChartOptions = {}): Drawing {
  checkOptions("sliceChart", options, searchChartRules);
  const [name] = aimNames("sliceChart", history, options);
  const titles = dimensionTitles(history.dimensions);
  const ranked = bestTrials(history);
  const drawn = evenlyChosen(ranked, Math.floor(mostPoints / history.dimensions.length));
  // The best are drawn last, over the others.
  const trials = drawn.toReversed();
  const plots = history.dimensions.map((dimension) =>
    plotOf(dimension, trials, { title: titles.get(dimension)!, name })
  );
  const words = history.dimensions.map((dimension) => {
    const best = ranked.find(({ point }) => Object.hasOwn(point, dimension.name));
    const title = titles.get(dimension);
    return best === undefined
      ? `${title} not tried`
      : `${title} best at ${valueText(dimension, best.point[dimension.name])} (${
        numberText(best.values[0])
      })`;
  });
  return drawing(
    { concat: plots, columns, spacing: 26 } as never,
    `${name} over ${words.join(", ")}${drawnText(drawn.length, ranked.length)}`,
  );
}

function plotOf(
  dimension: Dimension,
  trials: readonly CompleteTrial[],
  { title, name }: { readonly title: string; readonly name: string },
): Record<string, unknown> {
  const values = trials.filter(({ point }) => Object.hasOwn(point, dimension.name)).map((trial) => {
    const own = trial.point[dimension.name];
    return {
      trial: trial.number,
      at: dimension.kind === "choice" ? valueText(dimension, own) : own,
      value: trial.values[0],
    };
  });
  return {
    width,
    height,
    data: { values },
    mark: { type: "point", filled: true, size: 32, opacity: 0.75, aria: false },
    encoding: {
      x: { field: "at", title, ...valueAxis(dimension) },
      y: { field: "value", type: "quantitative", title: name, scale: { zero: false } },
      color: orderColour("trial"),
    },
  };
}
