/**
 * Groups and their gaps as tables.
 *
 * @module
 */
import { percent } from "../../../core/percent.ts";
import { bundleOf, customInspect, withDisplay } from "../../../core/display.ts";
import { html, htmlFrame, htmlTable } from "../../../core/html.ts";
import { textTable } from "../../../core/text_table.ts";
import { visibleLines } from "../../../core/visible.ts";
import type { FairnessReport } from "./fairness_report.ts";
import type { RateGaps } from "./group_rates.ts";

const gapNames: Readonly<Record<keyof RateGaps, string>> = {
  demographicParity: "demographic parity",
  equalisedOdds: "equalised odds",
  equalOpportunity: "equal opportunity",
  accuracy: "accuracy",
};
const groupColumns = ["group", "rows", "given", "true positives", "false positives", "right"];
const gapColumns = ["gap of", "value", "95 %", "p"];

/** A report that shows itself. */
export function shownFairness(found: Omit<FairnessReport, "toString">): FairnessReport {
  const tables = [
    {
      caption: `Groups, by the label ${found.positive}`,
      columns: groupColumns,
      rows: groupRows(found),
    },
    { caption: "Gaps between groups; p by lot", columns: gapColumns, rows: gapRows(found) },
  ];
  const alignOf = (at: number) => at === 0 ? "left" : "right";
  const text = visibleLines([
    ...tables.map(({ caption, columns, rows }) =>
      `${caption}\n${textTable(columns, rows, columns.map((_, at) => alignOf(at)))}`
    ),
    ...found.notes.map((note) => `note: ${note}`),
  ].join("\n\n"));
  const whole = { ...found, toString: () => text };
  const shown = withDisplay(whole, () =>
    bundleOf(
      text,
      htmlFrame(
        tables.map(({ columns, ...table }) =>
          htmlTable({
            ...table,
            columns: columns.map((title, at) => ({ title, align: alignOf(at) })),
          })
        ),
        found.notes.map((note) => html`<p style="margin:.2em 0"><b>Note</b>: ${note}</p>`),
      ),
    ));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function groupRows({ groups }: Pick<FairnessReport, "groups">): string[][] {
  return groups.map((
    { name, rows, selectionRate, truePositiveRate, falsePositiveRate, accuracy },
  ) => [
    ...[name, String(rows), percent(selectionRate), percent(truePositiveRate)],
    ...[percent(falsePositiveRate), percent(accuracy)],
  ]);
}

function gapRows({ gaps }: Pick<FairnessReport, "gaps">): string[][] {
  return (Object.keys(gapNames) as (keyof RateGaps)[]).map((name) => {
    const { value, low, high, pValue } = gaps[name];
    return [
      gapNames[name],
      percent(value),
      `${percent(low)} to ${percent(high)}`,
      pValue.toFixed(3),
    ];
  });
}
