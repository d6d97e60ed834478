/**
 * What trials reported on their way.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import { palette } from "../../chart/palette.ts";
import type { SearchHistory, Trial } from "../history.ts";
import {
  aimNames,
  bestTrials,
  drawnText,
  evenlyChosen,
  lastReport,
  numberText,
  type SearchChartOptions,
  searchChartRules,
} from "./viewed_search.ts";

const [width, height] = [460, 200];
/** Reports of a trial that are drawn, and those of all trials together. */
const [mostOfTrial, mostInAll] = [100, 3000];
const kinds = ["the best", "complete", "pruned", "failed", "pending"];
const colours = [palette[2], palette[0], palette[1], palette[6], palette[3]];

/**
 * Draws the reports of each trial as a line over its steps, coloured by how the trial ended.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, randomSearch, startSearch, trialCurvesChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: "lower", sampler: randomSearch() } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * const { number } = search.ask()!;
 * for (const [step, loss] of [[1, 0.9], [2, 0.5]]) search.report(number, step, loss);
 * search.tell(number, 0.5);
 * assert.match(String(trialCurvesChart(search.history)), /reports of 1 trial.*trial 0 from 0.9 to 0.5/);
 * ```
 */
export function trialCurvesChart(
  history: SearchHistory,
  options: SearchChartOptions = {},
): Drawing {
  checkOptions("trialCurvesChart", options, searchChartRules);
  const [name] = aimNames("trialCurvesChart", history, options);
  const reported = history.trials.filter(({ reports }) => reports.length > 0);
  const best = bestTrials(history).find(({ reports }) => reports.length > 0);
  const each = Math.min(mostOfTrial, Math.max(2, ...reported.map(({ reports }) => reports.length)));
  const chosen = evenlyChosen(reported, Math.max(2, Math.floor(mostInAll / each)));
  const drawn = best === undefined || chosen.includes(best as Trial) ? chosen : [...chosen, best];
  const points = drawn.flatMap((trial) =>
    evenlyChosen(trial.reports, mostOfTrial).map(([step, value]) => ({
      trial: trial.number,
      step,
      value,
      kind: trial === best ? kinds[0] : trial.state,
    }))
  );
  const isBest = ({ kind }: { kind: string }) => kind === kinds[0];
  const isWhole = points.every(({ step }) => Number.isInteger(step));
  const single = drawn.filter(({ reports }) => reports.length === 1).map(({ number }) => number);
  const encoding = {
    x: {
      field: "step",
      type: "quantitative",
      title: "step",
      scale: { zero: false },
      axis: { grid: false, format: "~g", ...(isWhole ? { tickMinStep: 1 } : {}) },
    },
    y: { field: "value", type: "quantitative", title: name, scale: { zero: false } },
    detail: { field: "trial" },
    color: {
      field: "kind",
      type: "nominal",
      title: null,
      scale: { domain: kinds, range: colours },
      legend: { symbolOpacity: 1, symbolType: "circle" },
    },
  };
  const layer = (values: readonly unknown[], mark: Readonly<Record<string, unknown>>) => ({
    data: { values },
    mark: { aria: false, ...mark },
    encoding,
  });
  return drawing(
    {
      width,
      height,
      layer: [
        layer(points.filter((point) => !isBest(point)), {
          type: "line",
          strokeWidth: 1.2,
          opacity: 0.6,
        }),
        // A line of one report cannot be seen.
        layer(points.filter(({ trial }) => single.includes(trial)), {
          type: "point",
          filled: true,
          size: 24,
        }),
        layer(points.filter(isBest), { type: "line", strokeWidth: 2.8 }),
      ],
    } as never,
    wordsOf(name, reported, best) + drawnText(drawn.length, reported.length),
  );
}

function wordsOf(name: string, reported: readonly Trial[], best: Trial | undefined): string {
  const count = `reports of ${reported.length} trial${reported.length === 1 ? "" : "s"}`;
  if (best === undefined) return `${name}, ${count}`;
  const { number, reports: [[, first]] } = best;
  return `${name}, ${count}; the best, trial ${number} from ${numberText(first)} to ${
    numberText(lastReport(best)!)
  }`;
}
