/**
 * How a merge shows itself: what it was made of, beside each model alone.
 *
 * @module
 */
import { bundleOf, type Displayed, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { html, htmlFrame, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { isMetricName, metricOf } from "../../metrics/mod.ts";
import { searchDisplay } from "../../search/views/search_display.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import { formatNumber } from "../display/format_number.ts";
import { scoreTitles, titleOf } from "../display/score_titles.ts";
import type { MergeOutcome } from "./merge_outcome.ts";
import { weightText } from "./merge_receipt.ts";

/** The table, the notes, and the run itself as text. */
export function mergeText(outcome: MergeOutcome): string {
  const { columns, rows, caption, notes } = tableOf(outcome);
  return [
    caption,
    textTable(columns, rows, columns.map((_, at) => alignOf(at))),
    ...notes,
    "",
    String(outcome.result),
  ].join("\n");
}

/** The same for a notebook; searched weights with their charts. */
export async function mergeDisplay(outcome: MergeOutcome): Promise<MimeBundle> {
  const { columns, rows, caption, notes } = tableOf(outcome);
  const table = bundleOf(
    mergeText(outcome),
    htmlFrame(
      htmlTable({
        caption,
        columns: columns.map((title, at) => ({ title, align: alignOf(at) })),
        rows,
      }),
      notes.map((note) => html`<p style="margin:.2em 0;opacity:.85">${note}</p>`),
    ),
  );
  const { choice, result } = outcome;
  const run = await (result as unknown as Displayed)[jupyterDisplay]();
  const charts = choice?.history
    ? await searchDisplay(choice.history, { aims: choice.metric, title: "the merges" })
      [jupyterDisplay]()
    : undefined;
  const parts = [table, ...(charts ? [charts] : []), run].map((each) => each["text/html"] ?? "");
  return { ...table, "text/html": parts.join("") };
}

const alignOf = (at: number) => at < 2 ? "left" : "right";

function tableOf({ receipt, singles, choice, result, spec }: MergeOutcome) {
  const titles = scoreTitles(spec.metrics);
  const names = Object.keys(Object.values(singles)[0]?.intervals ?? {});
  const chosenBy = choice
    ? [
      `validation ${
        isMetricName(choice.metric) ? titleOf(metricOf(choice.metric)) : choice.metric
      }`,
    ]
    : [];
  const columns = ["model", "weight", ...chosenBy, ...names.map((name) => titles[name] ?? name)];
  const scoresOf = (
    scores: Readonly<Record<string, unknown>>,
    intervals: Readonly<Record<string, ScoreInterval>>,
  ) => names.map((name) => scoreText(scores[name], intervals[name]));
  const alone = Object.keys(spec.models).map((name) => [
    name,
    name in receipt.models ? weightText(receipt.models[name].weight) : "not in it",
    ...(choice ? [formatNumber(choice.singles[name])] : []),
    ...(singles[name] ? scoresOf(singles[name].scores, singles[name].intervals) : []),
  ]);
  const merged = [
    "merged",
    "",
    ...(choice ? [formatNumber(choice.score)] : []),
    ...scoresOf(result.scores as Record<string, unknown>, result.intervals),
  ];
  const caption = `${receipt.tensors} tensors merged by ${receipt.method}${settingsText(receipt)}` +
    (choice ? `, ${choice.by}` : "");
  return { columns, rows: [...alone, merged], caption, notes: notesOf({ receipt, choice }) };
}

function notesOf({ receipt, choice }: Pick<MergeOutcome, "receipt" | "choice">): string[] {
  return [
    ...(choice
      ? [`${choice.notes.join("; ")}; its score of the validation rows flatters what was chosen`]
      : []),
    ...(receipt.base === undefined ? [] : [`changes are those of ${receipt.base}`]),
    ...(receipt.withoutBase.length === 0
      ? []
      : [`the base lacks ${receipt.withoutBase.join(", ")}, which are weighted means`]),
  ];
}

function settingsText({ settings }: MergeOutcome["receipt"]): string {
  const told = Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
  return told === "" ? "" : ` (${told})`;
}

function scoreText(score: unknown, interval: ScoreInterval | undefined): string {
  if (typeof score !== "number") return "";
  if (!interval || interval.over === "nothing") return formatNumber(score);
  return `${formatNumber(score)} (${formatNumber(interval.low)} to ${formatNumber(interval.high)})`;
}
