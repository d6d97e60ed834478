/**
 * What a person should see of answers: who judged how much, and how far people agree.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { html, htmlFrame, type HtmlTable, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { FeedbackAgreement } from "./agreement.ts";
import type { FeedbackRater } from "./rater_rows.ts";

/** What is shown of answers. */
interface Shown {
  readonly count: number;
  readonly raters: readonly FeedbackRater[];
  readonly agreement: readonly FeedbackAgreement[];
}

/** In plain text. */
export function answersText(answers: Shown): string {
  const tables = shownTables(answers).map(({ columns, rows }) =>
    textTable(
      columns.map(({ title }) => title),
      rows as string[][],
      columns.map(({ align }) => align),
    )
  );
  return [headline(answers), ...tables].join("\n\n");
}

/** In text and in HTML. */
export function answersBundle(answers: Shown): MimeBundle {
  const tables = shownTables(answers).map(htmlTable);
  return bundleOf(answersText(answers), htmlFrame(html`<p>${headline(answers)}</p>`, tables));
}

function headline({ count, raters }: Shown): string {
  const people = raters.length === 1 ? "1 person" : `${raters.length} people`;
  return count === 1 ? `1 answer of ${people}` : `${count} answers of ${people}`;
}

function shownTables({ raters, agreement }: Shown): HtmlTable[] {
  return [
    ...raters.length > 0 ? [raterTable(raters)] : [],
    ...agreement.length > 0 ? [agreementTable(agreement)] : [],
  ];
}

function raterTable(raters: readonly FeedbackRater[]): HtmlTable {
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    caption: "People",
    columns: [
      { title: "name" },
      ...["answered", "skipped", "median seconds", "known answers right", "first shown chosen"]
        .map(right),
    ],
    rows: raters.map((each) => [
      each.rater,
      String(each.answered),
      String(each.skipped),
      each.medianSeconds === null ? "–" : each.medianSeconds.toFixed(1),
      each.goldRight === null ? "–" : `${percent(each.goldRight)} of ${each.gold}`,
      each.firstShown === null ? "–" : percent(each.firstShown),
    ]),
  };
}

function agreementTable(agreement: readonly FeedbackAgreement[]): HtmlTable {
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    caption: "Agreement",
    columns: [
      { title: "kind" },
      ...["people", "items", "Krippendorff's alpha", "Cohen's kappa"].map(right),
    ],
    rows: agreement.map(({ kind, level, raters, items, alpha, kappa }) => [
      `${kind} (${level})`,
      String(raters),
      String(items),
      coefficient(alpha),
      kappa === undefined ? "–" : coefficient(kappa),
    ]),
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function coefficient(value: number): string {
  return Number.isNaN(value) ? "not defined" : value.toFixed(3);
}
