/**
 * Charts of a report: shares on both sides, and how looks went.
 *
 * @module
 */
import { percent } from "../../../core/percent.ts";
import { type Drawing, drawing } from "../../../chart/drawing.ts";
import { palette } from "../../../chart/palette.ts";
import { ink } from "../../../core/html.ts";
import type { DriftShare, SignalDrift } from "../drift/compare_rows.ts";
import type { WatchLook, WatchState } from "../watch_report.ts";

const [width, rowHeight] = [280, 13];
/** Classes and bins of a chart, and the share below which both sides of one are added up as the rest. */
const [mostShares, leastShare] = [12, 0.01];
const sides = { reference: "held-out", served: "served" } as const;

/** Two bars for each bin or class: its share of the held-out rows and of the served ones. */
export function shareChart({ signal, shares = [] }: SignalDrift): Drawing {
  const commonest = withoutRare(shares);
  const values = commonest.flatMap(({ name, reference, served }) => [
    { name, side: sides.reference, share: reference },
    { name, side: sides.served, share: served },
  ]);
  const names = Object.values(sides);
  return drawing(
    {
      width,
      height: Math.max(50, commonest.length * (2 * rowHeight + 6)),
      title: signal,
      data: { values },
      mark: { type: "bar" },
      encoding: {
        y: {
          field: "name",
          type: "nominal",
          title: null,
          scale: { domain: commonest.map(({ name }) => name) },
          axis: { labelLimit: 140 },
        },
        yOffset: { field: "side", type: "nominal", sort: names },
        x: {
          field: "share",
          type: "quantitative",
          title: "share of rows",
          axis: { format: "%", tickCount: 5 },
        },
        color: {
          field: "side",
          type: "nominal",
          title: null,
          scale: { domain: names, range: [ink, palette[1]] },
          legend: { orient: "top" },
        },
      },
    } as never,
    `${signal}: ${
      commonest.map(({ name, reference, served }) =>
        `${name} ${percent(reference)} of the held-out rows, ${percent(served)} of the served ones`
      ).join("; ")
    }`,
  );
}

/** The commonest classes, and the others together; bins of numbers are never rare on both sides. */
function withoutRare(shares: readonly DriftShare[]): readonly DriftShare[] {
  const common = shares.filter(({ reference, served }) => Math.max(reference, served) >= leastShare)
    .toSorted((a, b) => b.reference + b.served - a.reference - a.served).slice(0, mostShares);
  const rest = shares.filter((each) => !common.includes(each));
  const kept = shares.filter((each) => common.includes(each));
  if (rest.length === 0) return kept;
  const sum = (side: "reference" | "served") => rest.reduce((total, each) => total + each[side], 0);
  return [...kept, {
    name: `${rest.length} more`,
    reference: sum("reference"),
    served: sum("served"),
  }];
}

/** Smaller p-values are drawn as this one. */
const smallest = 1e-12;

/** The p-value of drift at each look, with the limit of the alarm. */
export function driftHistoryChart(
  { history, alpha }: Pick<WatchState, "history" | "alpha">,
): Drawing {
  const values = history.flatMap(({ rows, drift }) =>
    drift === undefined ? [] : [{ rows, p: Math.max(smallest, drift) }]
  );
  const y = {
    field: "p",
    type: "quantitative",
    title: "corrected p-value",
    scale: { type: "log", domain: [Math.min(alpha / 10, ...values.map(({ p }) => p)), 1] },
    axis: { tickCount: 5, format: ".0e" },
  };
  return drawing(
    {
      width,
      height: 150,
      title: "Drift: below the dashed line is an alarm",
      layer: [
        {
          data: { values: [{ p: alpha }] },
          mark: { type: "rule", strokeDash: [4, 4], color: palette[1] },
          encoding: { y },
        },
        {
          data: { values },
          mark: { type: "line", point: { filled: true, size: 30 } },
          encoding: { x: rowsAxis, y },
        },
      ],
    } as never,
    `The smallest corrected p-value of drift at each look: ${
      values.slice(-5).map(({ rows, p }) => `${p.toPrecision(2)} after ${rows} rows`).join(", ")
    }. Below ${alpha} is an alarm.`,
  );
}

const rowsAxis = {
  field: "rows",
  type: "quantitative",
  title: "rows answered",
  axis: { format: "d" },
};

/** The accuracy that was estimated at each look, with its interval, beside that of the held-out rows. */
export function accuracyHistoryChart(
  { history, accuracy }: Pick<WatchState, "history" | "accuracy">,
): Drawing {
  const values = history.flatMap(({ rows, estimated }: WatchLook) =>
    estimated
      ? [{ rows, ...{ low: estimated.low, mean: estimated.mean, high: estimated.high } }]
      : []
  );
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: "accuracy",
    scale: { zero: false, padding: 6 },
  });
  const reference = accuracy?.reference.mean;
  return drawing(
    {
      width,
      height: 150,
      title: "Accuracy: estimated, and held-out (dashed)",
      layer: [
        {
          data: { values },
          mark: { type: "area", opacity: 0.25 },
          encoding: { x: rowsAxis, y: y("low"), y2: { field: "high" } },
        },
        {
          data: { values },
          mark: { type: "line", point: { filled: true, size: 30 } },
          encoding: { x: rowsAxis, y: y("mean") },
        },
        ...(reference === undefined ? [] : [{
          data: { values: [{ mean: reference }] },
          mark: { type: "rule", strokeDash: [4, 4], color: ink },
          encoding: { y: y("mean") },
        }]),
      ],
    } as never,
    `Estimated accuracy at each look: ${
      values.slice(-5).map(({ rows, mean, low, high }) =>
        `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) after ${rows} rows`
      ).join(", ")
    }${reference === undefined ? "" : `; ${reference.toFixed(2)} on held-out rows`}`,
  );
}

/** Whether probabilities meant what they said on the held-out rows. */
export function profileCalibrationChart(
  { calibration }: Pick<NonNullable<WatchState["accuracy"]>, "calibration">,
): Drawing {
  const values = calibration.filter(({ rows }) => rows > 0);
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
  });
  return drawing(
    {
      width: 200,
      height: 150,
      title: "Calibration on held-out rows",
      encoding: { x: axis("said", "probability"), y: axis("right", "share that is right") },
      layer: [
        {
          data: { values: [{ said: 0, right: 0 }, { said: 1, right: 1 }] },
          mark: { type: "line", strokeDash: [4, 4], strokeWidth: 1, color: ink },
        },
        { data: { values }, mark: { type: "line", point: { filled: true, size: 40 } } },
      ],
    } as never,
    `Calibration on held-out rows: ${
      values.map(({ rows, said, right }) =>
        `${rows} rows said ${said!.toFixed(2)}, right ${right!.toFixed(2)}`
      ).join("; ")
    }`,
  );
}
