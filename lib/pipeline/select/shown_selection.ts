/**
 * A selection with its displays.
 *
 * @module
 */
import { comparisonChart } from "../../chart/comparison_chart.ts";
import { checkOptions } from "../../core/check_options.ts";
import { customInspect, jupyterDisplay } from "../../core/display.ts";
import { text as nameRule } from "../../core/option_rules.ts";
import type { Selection, SelectionFigures } from "./selection.ts";
import { selectionBundle, selectionText } from "./selection_display.ts";

/** Adds the displays; `title` is what the score is called. */
export function selectionOf(figures: SelectionFigures, title: string): Selection {
  const chart = (options: { readonly scoreName?: string } = {}) => {
    checkOptions("chart", options, { scoreName: nameRule });
    return comparisonChart(
      figures.rows.flatMap(({ name, score, folds }) =>
        score ? [{ name, ...score, scores: folds.map((fold) => fold.score) }] : []
      ),
      options.scoreName ?? title,
    );
  };
  const text = () => selectionText(figures, title);
  const bundle = () => selectionBundle(figures, title, chart());
  return Object.freeze({
    ...figures,
    chart,
    html: async () => (await bundle()).page,
    dispose: async () => await figures.result?.dispose(),
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: async () => (await bundle()).mime,
  });
}
