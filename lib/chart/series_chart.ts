/**
 * Numbers that change during a run and stay the same in between, such as ranks by layer.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text, wholeFrom0 } from "../core/option_rules.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { extremeSteps } from "./curve.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** What holds after a step and until the next point: a number for each name. */
export interface SeriesPoint {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** How to draw a series. */
export interface SeriesChartOptions {
  /** What the numbers are. */
  readonly name?: string;
  /** How far the run is; the last point's step unless given. */
  readonly lastStep?: number;
  /** How many steps the whole run has, for the axis. */
  readonly totalSteps?: number;
  /** The title of the axis of steps. */
  readonly stepTitle?: string;
}

const rules: Rules<SeriesChartOptions> = {
  name: text,
  lastStep: wholeFrom0,
  totalSteps: wholeFrom0,
  stepTitle: text,
};

const width = 460;
const rowHeight = 15;
/** More lines than these cannot be told apart: each name gets a row, and colours say the numbers. */
const mostLines = 4;
/** Stretches of a name, and of all names together. */
const [mostStretches, mostInAll] = [200, 4000];

/**
 * Draws a few names as lines in steps, many as rows whose colours are the numbers.
 *
 * @example
 * ```ts
 * import { seriesChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const points = [{ step: 0, values: { a: 12, b: 12 } }, { step: 5, values: { a: 9, b: 3 } }];
 * const drawn = seriesChart(points, { name: "ranks", totalSteps: 10 });
 * assert.match(String(drawn), /ranks of 2, after step 5: a 9, b 3/);
 * ```
 */
export function seriesChart(
  points: readonly SeriesPoint[],
  options: SeriesChartOptions = {},
): Drawing {
  checkOptions("seriesChart", options, rules);
  const { name = "value", lastStep, totalSteps, stepTitle = "step" } = options;
  const last = points.at(-1);
  const end = Math.max(lastStep ?? 0, last?.step ?? 0);
  const names = Object.keys(points[0]?.values ?? {});
  const labels = distinct(names);
  const most = Math.min(mostStretches, Math.ceil(mostInAll / names.length));
  const held = names.flatMap((each, at) =>
    stretches(points, each, { end, label: labels[at], most })
  );
  const x = {
    field: "from",
    type: "quantitative",
    title: stepTitle,
    scale: { domain: [0, Math.max(end, totalSteps ?? 1)], nice: false },
    axis: { tickMinStep: 1, format: "d", grid: false },
  };
  const asLines = names.length <= mostLines;
  const numbers = held.map(({ value }) => value);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const spec = asLines
    ? {
      height: 80,
      data: {
        values: held.flatMap(({ to, ...each }) => [each, { ...each, from: to }]),
      },
      mark: { type: "line", strokeWidth: 2, aria: false },
      encoding: {
        x,
        y: { field: "value", type: "quantitative", title: name, scale: { zero: false } },
        color: {
          field: "label",
          type: "nominal",
          title: null,
          scale: { domain: labels, range: labels.map((_, at) => palette[at % palette.length]) },
        },
      },
    }
    : {
      height: rowHeight * names.length,
      data: { values: held },
      mark: { type: "rect", aria: false },
      encoding: {
        x,
        x2: { field: "to" },
        y: {
          field: "label",
          type: "nominal",
          sort: labels,
          title: null,
          scale: { paddingInner: 0.15 },
          axis: { labelLimit: 260, ticks: false, domain: false },
        },
        color: {
          field: "value",
          type: "quantitative",
          title: name,
          scale: { scheme: "blues", domain: [Math.min(0, low), high] },
          legend: { gradientLength: Math.min(120, rowHeight * names.length), tickCount: 4 },
        },
      },
    };
  return drawing({ width, ...spec } as never, describe(points, name, labels));
}

/** What is said of a series in a line: the range of its present numbers. */
export function seriesText(name: string, points: readonly SeriesPoint[]): string {
  const numbers = Object.values(points.at(-1)?.values ?? {});
  if (numbers.length === 0) return `${name} none`;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map(short);
  return low === high ? `${name} ${low}` : `${name} ${low} to ${high}`;
}

/** The steps over which one name's number stayed the same; the widest changes where there are many. */
function stretches(
  points: readonly SeriesPoint[],
  name: string,
  { end, label, most }: { readonly end: number; readonly label: string; readonly most: number },
): { label: string; from: number; value: number; to: number }[] {
  const changes = points.map(({ step, values }) => ({ from: step, value: values[name] }))
    .filter(({ value }, at, all) => at === 0 || value !== all[at - 1].value);
  const kept = extremeSteps(changes.map(({ value }) => value), most).map((at) => changes[at]);
  return kept.map((each, at) => ({ label, ...each, to: kept[at + 1]?.from ?? end }));
}

/** Dotted names of the same length without the parts that all of them share. */
function distinct(names: readonly string[]): string[] {
  const paths = names.map((name) => name.split("."));
  if (names.length < 2 || paths.some(({ length }) => length !== paths[0].length)) return [...names];
  const differs = (_: string, at: number) => paths.some((path) => path[at] !== paths[0][at]);
  return paths.map((path) => path.filter(differs).join("."));
}

function describe(
  points: readonly SeriesPoint[],
  name: string,
  labels: readonly string[],
): string {
  const last = points.at(-1);
  if (!last) return `${name}: nothing yet`;
  const values = Object.values(last.values).map((value, at) => `${labels[at]} ${short(value)}`);
  return `${name} of ${labels.length}, after step ${last.step}: ${values.join(", ")}`;
}
