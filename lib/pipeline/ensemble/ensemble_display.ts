/**
 * How an ensemble's answers and its report show themselves.
 *
 * @module
 */
import { calibrationChart } from "../../chart/calibration_chart.ts";
import { bundleOf, customInspect, jupyterDisplay, withDisplay } from "../../core/display.ts";
import { html, htmlFrame, htmlSection, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import type { RowUncertainty } from "../../combine/ensemble/uncertainty.ts";
import type { LabelPredictions } from "../../metrics/class_score.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import { formatNumber } from "../display/format_number.ts";
import { pictures } from "../display/training_view.ts";
import type { DoubtFigures, EnsembleFigures, MemberScores } from "./ensemble_report.ts";

interface ShownAnswer extends SaidLabel {
  readonly input: unknown;
  readonly members: Readonly<Record<string, SaidLabel["label"]>>;
  readonly uncertainty: RowUncertainty;
}

/** Answers shown in a table. */
const mostShown = 50;
const longestInput = 60;

/** Answers that show themselves as a table. */
export function shownAnswers<Answer extends ShownAnswer>(answers: Answer[]): Answer[] {
  return withDisplay(answers, (all) => {
    const members = Object.keys(all[0]?.members ?? {});
    const columns = ["input", "label", "probability", "doubt", "disagreement", ...members];
    const rows = all.slice(0, mostShown).map(({ input, label, probabilities, ...each }) => [
      String(input).slice(0, longestInput),
      labelText(label),
      formatNumber(Math.max(...Object.values(probabilities))),
      formatNumber(each.uncertainty.entropy),
      formatNumber(each.uncertainty.mutualInformation),
      ...members.map((name) => labelText(each.members[name])),
    ]);
    const more = all.length - rows.length;
    const caption = `${all.length} answers of ${members.length} models together; doubt in nats` +
      (more > 0 ? `; ${more} more are in the list` : "");
    return bundleOf(
      `${caption}\n${textTable(columns, rows)}\n`,
      htmlFrame(htmlTable({ caption, columns: columns.map((title) => ({ title })), rows })),
    );
  });
}

function labelText(label: SaidLabel["label"]): string {
  return Array.isArray(label) ? label.join(", ") || "none" : String(label);
}

/** A report that shows itself, with calibration curves before and after. */
export function shownEnsembleReport<
  Report extends EnsembleFigures & { readonly predictions: LabelPredictions },
>(
  report: Report,
): Report & { toString(): string } {
  const text = () => visibleLines(reportText(report));
  return Object.freeze({
    ...report,
    toString: text,
    [customInspect]: text,
    async [jupyterDisplay]() {
      const { scores, doubt } = tablesOf(report);
      const charts = await pictures([
        calibrationChart(report.predictions as never),
        calibrationChart(report.calibration.scaled as never),
      ]);
      return bundleOf(
        text(),
        htmlFrame(
          htmlTable({ caption: "Scores, with 95 % intervals", ...htmlOf(scores) }),
          htmlTable({ caption: doubtCaption, ...htmlOf(doubt) }),
          htmlSection(
            calibrationLine(report),
            html`<div style="display:flex;flex-wrap:wrap;gap:1em">${
              charts.map((chart, at) =>
                html`<div><div>${at === 0 ? "before" : "after"}</div>${chart}</div>`
              )
            }</div>`,
          ),
        ),
      );
    },
  });
}

interface Shown {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const doubtCaption = "Doubt, in nats: an AUC of 0.5 tells no wrong rows from right ones, 1 all";

function htmlOf({ columns, rows }: Shown) {
  return {
    columns: columns.map((title, at) => ({
      title,
      align: at === 0 ? "left" as const : "right" as const,
    })),
    rows,
  };
}

function reportText(report: EnsembleFigures): string {
  const { scores, doubt } = tablesOf(report);
  const table = ({ columns, rows }: Shown) =>
    textTable(columns, rows, columns.map((_, at) => at === 0 ? "left" : "right"));
  return [table(scores), doubtCaption, table(doubt), calibrationLine(report)].join("\n");
}

function tablesOf({ members, ensemble, entropy, mutualInformation }: EnsembleFigures) {
  const names = Object.keys(ensemble.scores);
  const line = (name: string, { scores, intervals }: MemberScores) => [
    name,
    ...names.map((each) =>
      `${formatNumber(scores[each])} (${formatNumber(intervals[each].low)} to ${
        formatNumber(intervals[each].high)
      })`
    ),
  ];
  const doubtLine = (name: string, { right, wrong, auc }: DoubtFigures) => [
    name,
    ...[right, wrong, auc].map((each) => Number.isFinite(each) ? formatNumber(each) : ""),
  ];
  const scores: Shown = {
    columns: ["model", ...names],
    rows: [
      ...Object.entries(members).map(([name, each]) => line(name, each)),
      line("ensemble", ensemble),
    ],
  };
  const doubt: Shown = {
    columns: ["doubt", "right rows", "wrong rows", "AUC"],
    rows: [doubtLine("entropy", entropy), doubtLine("disagreement", mutualInformation)],
  };
  return { scores, doubt };
}

function calibrationLine(
  { calibration: { before, after, afterIsotonic, temperatures } }: EnsembleFigures,
): string {
  const both = temperatures.map((each) => formatNumber(each)).join(" and ");
  return `calibration error ${formatNumber(before)}, after temperature scaling ${
    formatNumber(after)
  } (temperatures ${both}), after isotonic calibration ${
    formatNumber(afterIsotonic)
  }, each half of the rows by the other`;
}
