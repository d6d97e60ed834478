/**
 * What a cross-validation leaves: the score of each fold, their mean, and how sure it is.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import { html, htmlFrame, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import { formatNumber } from "../display/format_number.ts";
import { timeText } from "../display/training_view.ts";
import { intervalText } from "../run/run_result.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { FoldScore } from "./fold_runs.ts";

/** What a cross-validation leaves. */
export interface CrossValidation {
  /** The name of the score. */
  readonly metric: string;
  /** The mean over the folds, with the interval of the mean on other rows. */
  readonly score: ScoreInterval;
  /** The deviation over folds by the root of how many one cut has. */
  readonly standardError: number;
  readonly folds: readonly FoldScore[];
  /** Rows that were cut into folds. Test rows are not among them. */
  readonly rows: number;
  /** What the figures mean, and what leaks from fold to fold. */
  readonly notes: readonly string[];
  toString(): string;
}

/** Adds the displays; `title` is what the score is called. */
export function crossValidationOf(
  figures: Omit<CrossValidation, "toString">,
  title: string,
): CrossValidation {
  const { folds, score, notes, rows } = figures;
  const isRepeated = folds.some(({ repeat }) => repeat > 1);
  const caption = `${title} ${formatNumber(score.mean)} (${intervalText(score)}, 95 %) over ` +
    `${folds.length} folds of ${rows.toLocaleString("en")} rows`;
  const columns = [...isRepeated ? ["repeat"] : [], "fold", title, "trained on", "scored", "time"];
  const cells = folds.map(({ repeat, fold, score, trainRows, testRows, seconds }) => [
    ...isRepeated ? [String(repeat)] : [],
    String(fold),
    formatNumber(score),
    ...[trainRows, testRows].map((count) => count.toLocaleString("en")),
    timeText(seconds),
  ]);
  const text = () =>
    visibleLines([
      caption,
      textTable(columns, cells, columns.map(() => "right" as const)),
      ...notes,
    ].join("\n"));
  return Object.freeze({
    ...figures,
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () =>
      bundleOf(
        text(),
        htmlFrame(
          htmlTable({
            caption,
            columns: columns.map((name) => ({ title: name, align: "right" as const })),
            rows: cells,
          }),
          notes.map((note) => html`<p style="margin:.2em 0;opacity:.85">${note}</p>`),
        ),
      ),
  });
}
