/**
 * Whether probabilities mean what they say.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rule, type Rules, whole } from "../core/option_rules.ts";
import { ink } from "../core/html.ts";
import { type PredictedRows, shownClasses } from "./curves_by_class.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";

/** How to draw the chart. */
export interface CalibrationChartOptions {
  /** Bins of equal width over the probabilities; 10 unless given. */
  readonly bins?: number;
}

const mostBins = 1000;
const binsRule: Rule = [
  `a whole number from 1 to ${mostBins}`,
  (value) => whole[1](value) && value as number <= mostBins,
];
const rules: Rules<CalibrationChartOptions> = { bins: binsRule };

/** A bin of probabilities. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** The mean probability of the bin's rows; NaN without rows. */
  readonly said: number;
  /** The share of them that is right; NaN without rows. */
  readonly right: number;
}

/**
 * Draws how often the given label is right against the probability that the model gave it (for
 * many labels a row: every label's probability against how often the row has it), and below how
 * many rows a bin has. The expected calibration error is the mean distance from the diagonal,
 * weighted by rows (Guo et al., 2017).
 *
 * @example
 * ```ts
 * import { calibrationChart, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 20, 0, 20), // sure twice, right once
 *   truth: [1, 0],
 * });
 * assert.match(String(calibrationChart(predictions)), /calibration error 0.5/);
 * ```
 */
export function calibrationChart(
  predictions: PredictedRows,
  options: CalibrationChartOptions = {},
): Drawing {
  checkOptions("calibrationChart", options, rules);
  const { bins = 10 } = options;
  const made = calibrationBins(predictions, bins);
  const rows = made.reduce((sum, bin) => sum + bin.rows, 0);
  const error = made.filter((bin) => bin.rows > 0)
    .reduce((sum, { rows, said, right }) => sum + rows * Math.abs(said - right), 0) / rows;
  const values = made.filter((bin) => bin.rows > 0);
  const width = 280;
  const x = {
    field: "said",
    type: "quantitative",
    title: "probability that the model gave",
    scale: { domain: [0, 1] },
  };
  const reliability = {
    width,
    height: 240,
    encoding: {
      x,
      y: {
        field: "right",
        type: "quantitative",
        title: "share that is right",
        scale: { domain: [0, 1] },
      },
    },
    layer: [
      {
        data: { values: [{ said: 0, right: 0 }, { said: 1, right: 1 }] },
        mark: { type: "line", strokeDash: [4, 4], strokeWidth: 1, color: ink },
      },
      {
        data: { values },
        mark: { type: "line", point: { filled: true, size: 50, color: palette[0] } },
      },
    ],
  };
  const counts = {
    width,
    height: 50,
    data: { values: made.map(({ from, to, rows }) => ({ from, to, rows })) },
    mark: { type: "bar" },
    encoding: {
      x: { ...x, field: "from", bin: "binned" },
      x2: { field: "to" },
      y: { field: "rows", type: "quantitative", axis: { tickCount: 2 } },
    },
  };
  const title = `Calibration: error ${short(error)}`;
  return drawing(
    { title, vconcat: [reliability, counts] } as never,
    `expected calibration error ${short(error)}; ${
      values.map(({ rows, said, right }) =>
        `${rows} rows said ${short(said)}, right ${short(right)}`
      )
        .join("; ")
    }`,
  );
}

/** Bins the probabilities of what was given, with the share that is right. */
export function calibrationBins(predictions: PredictedRows, bins: number): CalibrationBin[] {
  shownClasses(predictions, "a calibration curve");
  const { kind, labels, rows, probabilities, truth, predicted } = predictions;
  const sums = Array.from({ length: bins }, () => ({ rows: 0, said: 0, right: 0 }));
  const add = (probability: number, isRight: boolean) => {
    const bin = sums[Math.min(bins - 1, Math.floor(probability * bins))];
    bin.rows++;
    bin.said += probability;
    bin.right += Number(isRight);
  };
  if (kind === "multi") probabilities.forEach((said, at) => add(said, truth[at] === 1));
  else {
    for (let row = 0; row < rows; row++) {
      add(probabilities[row * labels.length + predicted[row]], predicted[row] === truth[row]);
    }
  }
  return sums.map(({ rows, said, right }, at) => ({
    from: at / bins,
    to: (at + 1) / bins,
    rows,
    said: said / rows,
    right: right / rows,
  }));
}
