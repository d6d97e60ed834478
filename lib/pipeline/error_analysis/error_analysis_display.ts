/**
 * An error analysis as a person reads it: in a notebook, in a terminal, and as a page.
 *
 * @module
 */
import { confusionChart } from "../../chart/confusion_chart.ts";
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, svgImage } from "../../core/html.ts";
import { htmlPage } from "../../core/html_page.ts";
import { shownName } from "../../core/quoted.ts";
import { textTable } from "../../core/text_table.ts";
import { visible, visibleLines } from "../../core/visible.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { AnyTask } from "../plan_spec.ts";
import type { AnalysedSplit, DuplicateGroup } from "./duplicates.ts";
import type { ErrorAnalysis } from "./error_analysis.ts";
import { cardsInRows, rowCard, rowText } from "./row_pictures.ts";

/** The analysis without its displays. */
export type ErrorAnalysisFields = Omit<ErrorAnalysis, "html" | "toString">;

/** What displays need beside it. */
export interface ErrorAnalysisContext {
  readonly task: AnyTask;
  /** The held-out split is the last one. */
  readonly splits: readonly AnalysedSplit[];
  /** How many rows of each list are shown. */
  readonly shown: number;
}

/** More classes than this make a matrix that nobody reads. */
const mostClasses = 30;
/** So many rows of a group of duplicates are shown. */
const mostOfGroup = 8;
const digits = 3;

/** The analysis, which shows itself. */
export function shownErrorAnalysis(
  fields: ErrorAnalysisFields,
  context: ErrorAnalysisContext,
): ErrorAnalysis {
  const inWords = () => describeErrors(fields, context);
  return Object.freeze({
    ...fields,
    html: async () => htmlPage("Error analysis", await errorsHtml(fields, context)),
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: async () => bundleOf(inWords(), await errorsHtml(fields, context)),
  });
}

/** The titles of the lists, with how many there are and how many are shown. */
function titlesOf(
  { topLosses, labelIssues, duplicates }: ErrorAnalysisFields,
  { shown }: ErrorAnalysisContext,
) {
  const first = (count: number) => count > shown ? `; the first ${shown}` : "";
  const wrong = topLosses.filter(({ label, predicted }) => label !== predicted).length;
  const leakage = duplicates.filter(({ isLeakage }) => isLeakage).length;
  const across = leakage > 0 ? `, ${leakage} across splits` : "";
  return {
    losses: `Largest losses: ${wrong.toLocaleString("en")} of ` +
      `${topLosses.length.toLocaleString("en")} held-out rows are wrong${first(topLosses.length)}`,
    confused: "Most confused",
    issues: `Likely mislabelled: ${labelIssues.length.toLocaleString("en")} held-out rows` +
      first(labelIssues.length),
    duplicates: `Duplicates: ${duplicates.length.toLocaleString("en")} groups${across}` +
      first(duplicates.length),
  };
}

function describeErrors(fields: ErrorAnalysisFields, context: ErrorAnalysisContext): string {
  const { task, splits, shown } = context;
  const titles = titlesOf(fields, context);
  const test = splits.at(-1)!;
  const head = splits[0].examples.images ? "image" : "text";
  const { shownNumberOf } = sourceRows(test.table, "the test data");
  const losses = fields.topLosses.slice(0, shown).map((each) => [
    shownNumberOf(each.row),
    rowText(task, test, each.row),
    visible(each.label),
    visible(each.predicted),
    each.probability.toFixed(digits),
    each.loss.toFixed(digits),
  ]);
  const issues = fields.labelIssues.slice(0, shown).map((each) => [
    shownNumberOf(each.row),
    rowText(task, test, each.row),
    visible(each.label),
    visible(each.suggested),
    each.selfConfidence.toFixed(digits),
  ]);
  const numbers = ["right", "left", "left", "left", "right", "right"] as ("left" | "right")[];
  const parts = [
    titles.losses,
    textTable(["row", head, "true", "predicted", "probability", "loss"], losses, numbers),
    ...confusedText(fields, context),
    titles.issues,
    ...(issues.length > 0
      ? [textTable(["row", head, "label", "suggested", "self-confidence"], issues, numbers)]
      : []),
    titles.duplicates,
    ...fields.duplicates.slice(0, shown).map((group) => `  ${groupText(group)}`),
  ];
  return visibleLines(parts.join("\n"));
}

function confusedText(
  { mostConfused }: ErrorAnalysisFields,
  { shown }: ErrorAnalysisContext,
): string[] {
  if (mostConfused.length === 0) return [];
  const lines = mostConfused.slice(0, shown).map(({ label, predicted, rows }) =>
    `  ${shownName(label)} taken for ${shownName(predicted)}: ${rows}`
  );
  return ["Most confused", ...lines];
}

/** `near, across splits: train 3 "cat", test 7 "cat"`. */
function groupText(group: DuplicateGroup): string {
  const rows = group.rows.slice(0, mostOfGroup)
    .map(({ split, number, label }) => `${split} ${number} ${shownName(label)}`);
  return `${groupTitle(group)}: ${rows.join(", ")}${moreOf(group)}`;
}

function groupTitle({ kind, isLeakage, isContradiction }: DuplicateGroup): string {
  return [
    kind === "same" ? "the same" : "look alike",
    ...(isLeakage ? ["across splits"] : []),
    ...(isContradiction ? ["different labels"] : []),
  ].join(", ");
}

function moreOf({ rows }: DuplicateGroup): string {
  return rows.length > mostOfGroup ? ` … and ${rows.length - mostOfGroup} more` : "";
}

async function errorsHtml(
  fields: ErrorAnalysisFields,
  context: ErrorAnalysisContext,
): Promise<Html> {
  const titles = titlesOf(fields, context);
  return htmlFrame(
    htmlSection(titles.losses, await lossesHtml(fields, context)),
    await confusionHtml(fields, context),
    htmlSection(titles.issues, await issuesHtml(fields, context)),
    htmlSection(titles.duplicates, await duplicatesHtml(fields, context)),
  );
}

async function lossesHtml(
  { topLosses }: ErrorAnalysisFields,
  { task, splits, shown }: ErrorAnalysisContext,
): Promise<Html> {
  const cards = topLosses.slice(0, shown).map((each) =>
    rowCard(task, splits.at(-1)!, each.row, [
      html`<b>${each.label}</b>`,
      `${each.label === each.predicted ? "right" : `given as ${each.predicted}`} ` +
      each.probability.toFixed(digits),
      `row ${each.number}, loss ${each.loss.toFixed(digits)}`,
    ])
  );
  return cardsInRows(await Promise.all(cards));
}

async function confusionHtml(
  { confusion, mostConfused }: ErrorAnalysisFields,
  { shown }: ErrorAnalysisContext,
): Promise<Html> {
  const chart = confusion.labels.length > mostClasses ? undefined : confusionChart(confusion);
  return htmlSection(
    "Confusion",
    chart ? svgImage(await chart.svg(), chart.description) : "",
    mostConfused.length === 0 ? "" : htmlTable({
      caption: "What is taken for what, the commonest mistakes",
      columns: [{ title: "true" }, { title: "predicted" }, { title: "rows", align: "right" }],
      rows: mostConfused.slice(0, shown).map(({ label, predicted, rows }) => [
        label,
        predicted,
        rows.toLocaleString("en"),
      ]),
    }),
  );
}

async function issuesHtml(
  { labelIssues }: ErrorAnalysisFields,
  { task, splits, shown }: ErrorAnalysisContext,
): Promise<Html> {
  const cards = labelIssues.slice(0, shown).map((each) =>
    rowCard(task, splits.at(-1)!, each.row, [
      html`<b>${each.label}</b> ${each.selfConfidence.toFixed(digits)}`,
      `rather ${each.suggested}?`,
      `row ${each.number}`,
    ])
  );
  return cardsInRows(await Promise.all(cards));
}

async function duplicatesHtml(
  { duplicates }: ErrorAnalysisFields,
  { task, splits, shown }: ErrorAnalysisContext,
): Promise<Html[]> {
  return await Promise.all(
    duplicates.slice(0, shown).map(async (group) => {
      const cards = group.rows.slice(0, mostOfGroup).map(({ split, row, number, label }) =>
        rowCard(task, splits.find(({ name }) => name === split)!, row, [
          html`<b>${label}</b>`,
          `${split}, row ${number}`,
        ])
      );
      return html`<div style="margin:.6em 0"><div>${groupTitle(group)}${moreOf(group)}</div>${
        cardsInRows(await Promise.all(cards))
      }</div>`;
    }),
  );
}
