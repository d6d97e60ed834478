/**
 * Every trial as a line over its parameters.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { ink, lineColour } from "../../core/html.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import type { CompleteTrial, SearchHistory } from "../history.ts";
import type { Dimension } from "../space/dimension.ts";
import { fromUnit, toUnit } from "../space/unit.ts";
import { valueColour } from "./trial_colour.ts";
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

const height = 220;
/** Pixels between two axes, and what all of them take at most before they move closer. */
const [axisGap, leastGap, mostWidth] = [110, 56, 900];
/** Corners of lines in a picture. */
const mostCorners = 3000;
/** So many of the best trials have thick lines. */
const thickTrials = 5;
/** Where lines pass parameters that their trials do not have: below the axes. */
const absent = -0.12;
/** Where numbers stand beside an axis. */
const numberPlaces = [0, 0.5, 1];
const labelCharacters = 14;

interface Corner {
  readonly trial: number;
  readonly axis: string;
  readonly at: number;
  readonly value: number;
}

/** An axis of the chart: a parameter, or an aim. */
interface Axis {
  readonly title: string;
  /** From 0 to 1; `absent` where a trial does not have the parameter. */
  place(trial: CompleteTrial): number;
  readonly labels: readonly { readonly at: number; readonly label: string }[];
}

/**
 * Draws each complete trial as a line over its parameters and its values, coloured by the first aim, the best
 * ones thick. Logarithmic parameters have logarithmic axes. A trial that does not have a parameter passes
 * below its axis.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { choice, float, parallelCoordinatesChart, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { rate: float(1e-5, 1e-1, { log: true }), method: choice("lora", "head") };
 * const search = startSearch(space, { better: "higher", sampler: randomSearch() });
 * for (let trial = 0; trial < 5; trial++) search.tell(search.ask()!.number, trial);
 * const drawn = parallelCoordinatesChart(search.history, { aims: "accuracy" });
 * assert.match(String(drawn), /5 trials over rate, method; the best, trial 4: rate .*, accuracy 4/);
 * ```
 */
export function parallelCoordinatesChart(
  history: SearchHistory,
  options: SearchChartOptions = {},
): Drawing {
  checkOptions("parallelCoordinatesChart", options, searchChartRules);
  const names = aimNames("parallelCoordinatesChart", history, options);
  const titles = dimensionTitles(history.dimensions);
  const ranked = bestTrials(history);
  const axes = [
    ...history.dimensions.map((dimension) => parameterAxis(dimension, titles.get(dimension)!)),
    ...names.map((name, aim) => aimAxis(ranked, aim, name)),
  ];
  const drawn = evenlyChosen(ranked, Math.floor(mostCorners / axes.length));
  const width = Math.max(
    (axes.length - 1) * leastGap,
    Math.min(mostWidth, (axes.length - 1) * axisGap),
  );
  const spec = chartOf(axes, drawn, {
    width,
    color: valueColour("value", names[0], history.better[0]),
  });
  return drawing(
    spec as never,
    wordsOf(history, names, ranked) + drawnText(drawn.length, ranked.length),
  );
}

function parameterAxis(dimension: Dimension, title: string): Axis {
  const labels = dimension.kind === "choice"
    ? Array.from({ length: dimension.count }, (_, value) => value)
      .map((value) => ({ at: toUnit(dimension, value), label: valueText(dimension, value) }))
    : numberPlaces.map((at) => ({ at, label: valueText(dimension, fromUnit(dimension, at)) }));
  return {
    title,
    place({ point }) {
      const value: number | undefined = point[dimension.name];
      return value === undefined ? absent : toUnit(dimension, value);
    },
    labels,
  };
}

function aimAxis(trials: readonly CompleteTrial[], aim: number, title: string): Axis {
  const values = trials.map((trial) => trial.values[aim]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const range = high - low;
  return {
    title,
    place: ({ values: own }) => range > 0 ? (own[aim] - low) / range : 0.5,
    labels: trials.length === 0
      ? []
      : range > 0
      ? numberPlaces.map((at) => ({ at, label: numberText(low + at * range) }))
      : [{ at: 0.5, label: numberText(low) }],
  };
}

function chartOf(
  axes: readonly Axis[],
  trials: readonly CompleteTrial[],
  { width, color }: { readonly width: number; readonly color: unknown },
): Record<string, unknown> {
  // Two parameters may have one title: axes are told apart by their numbers.
  const nameOf = (at: number) => String(at);
  const axisNames = axes.map((_, at) => nameOf(at));
  const corners = (shown: readonly CompleteTrial[]) =>
    shown.flatMap((trial) =>
      axes.map((axis, at): Corner => ({
        trial: trial.number,
        axis: nameOf(at),
        at: axis.place(trial),
        value: trial.values[0],
      }))
    );
  const titles = JSON.stringify(
    Object.fromEntries(axes.map(({ title }, at) => [nameOf(at), title])),
  );
  const x = {
    field: "axis",
    type: "nominal",
    title: null,
    scale: { type: "point", domain: axisNames, padding: 0.3 },
    axis: {
      orient: "top",
      labelExpr: `(${titles})[datum.value]`,
      labelAngle: axes.some(({ title }) => title.length > labelCharacters) ? -20 : 0,
      labelAlign: axes.some(({ title }) => title.length > labelCharacters) ? "left" : "center",
      labelLimit: 180,
      grid: true,
      gridColor: lineColour,
      ticks: false,
      domain: false,
    },
  };
  const hasAbsent = trials.some((trial) => axes.some((axis) => axis.place(trial) === absent));
  const y = {
    field: "at",
    type: "quantitative",
    axis: null,
    scale: { domain: [hasAbsent ? absent : 0, 1], nice: false, padding: 8 },
  };
  const lines = (shown: readonly CompleteTrial[], mark: Readonly<Record<string, unknown>>) => ({
    data: { values: corners(shown) },
    mark: { type: "line", aria: false, ...mark },
    encoding: { x, y, detail: { field: "trial" }, color },
  });
  const labels = axes.flatMap((axis, at) =>
    axis.labels.map((each) => ({ axis: nameOf(at), ...each }))
  );
  const absentLabels = hasAbsent ? [{ axis: axisNames[0], at: absent, label: "not there" }] : [];
  return {
    width,
    height: hasAbsent ? Math.round(height * (1 - absent)) : height,
    view: { stroke: null },
    layer: [
      // The best come last, over the others.
      lines(trials.slice(thickTrials).toReversed(), { strokeWidth: 1, opacity: 0.45 }),
      lines(trials.slice(0, thickTrials).toReversed(), { strokeWidth: 2.5, opacity: 0.95 }),
      {
        data: { values: [...labels, ...absentLabels] },
        mark: {
          type: "text",
          align: "left",
          dx: 4,
          dy: -5,
          fontSize: 10,
          color: ink,
          limit: 90,
          aria: false,
        },
        encoding: { x, y, text: { field: "label" } },
      },
    ],
  };
}

function wordsOf(
  { dimensions, trials }: SearchHistory,
  names: readonly string[],
  ranked: readonly CompleteTrial[],
): string {
  const titles = dimensionTitles(dimensions);
  const [best] = ranked;
  const of = `${ranked.length} trials over ${[...titles.values()].join(", ")}`;
  if (best === undefined) return `${of}: none of ${trials.length} is complete`;
  const found = dimensions.filter(({ name }) => Object.hasOwn(best.point, name))
    .map((each) => `${titles.get(each)} ${valueText(each, best.point[each.name])}`);
  const values = best.values.map((value, aim) => `${names[aim]} ${numberText(value)}`);
  return `${of}; the best, trial ${best.number}: ${[...found, ...values].join(", ")}`;
}
