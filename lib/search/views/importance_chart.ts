/**
 * How much each parameter of a search matters, as bars.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { ink } from "../../core/html.ts";
import { type Drawing, drawing } from "../../chart/drawing.ts";
import { palette } from "../../chart/palette.ts";
import type { SearchHistory } from "../history.ts";
import { parameterImportance } from "./parameter_importance.ts";
import {
  aimNames,
  dimensionTitles,
  type SearchChartOptions,
  searchChartRules,
} from "./viewed_search.ts";

const [width, barHeight] = [320, 22];

/** A parameter with its share. */
export interface ShownImportance {
  readonly title: string;
  readonly share: number;
}

/** The parameters by their titles, the most important one first. */
export function shownImportances(history: SearchHistory, aim: number): ShownImportance[] {
  const titles = new Map(
    [...dimensionTitles(history.dimensions)].map(([{ name }, title]) => [name, title]),
  );
  return Object.entries(parameterImportance(history, { aim }))
    .map(([name, share]) => ({ title: titles.get(name)!, share }));
}

/** A share as a person reads it. */
export function shareText(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/**
 * Draws the importance of each parameter, for each aim, as `parameterImportance` gives it.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, importanceChart, quasiRandom, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { x: float(0, 1), y: float(0, 1) };
 * const search = startSearch(space, { better: "lower", sampler: quasiRandom() });
 * for (let trial = 0; trial < 64; trial++) {
 *   const { number, suggestion: { x, y } } = search.ask()!;
 *   search.tell(number, x + y / 100);
 * }
 * assert.match(String(importanceChart(search.history)), /importance for value: x \d+ %, y \d %/);
 * ```
 */
export function importanceChart(history: SearchHistory, options: SearchChartOptions = {}): Drawing {
  checkOptions("importanceChart", options, searchChartRules);
  const names = aimNames("importanceChart", history, options);
  const panels = names.map((name, aim) => ({ name, shown: shownImportances(history, aim) }));
  return drawing(
    { vconcat: panels.map(panelOf) } as never,
    panels.map(({ name, shown }) =>
      `importance for ${name}: ${
        shown.map(({ title, share }) => `${title} ${shareText(share)}`).join(", ")
      }`
    ).join(". "),
  );
}

function panelOf(
  { name, shown }: { readonly name: string; readonly shown: readonly ShownImportance[] },
): Record<string, unknown> {
  const y = {
    field: "title",
    type: "nominal",
    sort: shown.map(({ title }) => title),
    title: null,
    axis: { labelLimit: 220, ticks: false, domain: false },
  };
  const x = {
    field: "share",
    type: "quantitative",
    title: `importance for ${name}`,
    scale: { domain: [0, 1] },
    axis: { format: "~%", tickCount: 5 },
  };
  return {
    width,
    height: barHeight * shown.length,
    data: { values: shown.map((each) => ({ ...each, text: shareText(each.share) })) },
    layer: [
      { mark: { type: "bar", color: palette[0], aria: false }, encoding: { x, y } },
      {
        mark: { type: "text", align: "left", dx: 4, color: ink, aria: false },
        encoding: { x, y, text: { field: "text" } },
      },
    ],
  };
}
