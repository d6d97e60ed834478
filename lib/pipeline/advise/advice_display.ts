/**
 * An advice as a person reads it: in a notebook, in a terminal, and as a page.
 *
 * @module
 */
import { comparisonChart } from "../../chart/comparison_chart.ts";
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, svgImage } from "../../core/html.ts";
import { htmlPage } from "../../core/html_page.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import { formatNumber } from "../display/format_number.ts";
import type { Advice } from "./advice.ts";
import type { Finding } from "./findings.ts";

/** An advice without its displays. */
type AdviceFields = Omit<Advice, "html" | "toJSON" | "toString">;

/** What stands before an answer, also where colours are not seen. */
const marks: Readonly<Record<Finding["state"], string>> = {
  fine: "fine",
  note: "look",
  obstacle: "stop",
  unknown: "not known",
};
const shownDoubtful = 8;
const shownCharacters = 100;
const shownJsonRows = 50;

/** The advice, which shows itself. */
export function shownAdvice(fields: AdviceFields): Advice {
  const text = () => describe(fields);
  return Object.freeze({
    ...fields,
    html: async () => htmlPage("Advice", await adviceHtml(fields)),
    toJSON: () => jsonOf(fields),
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: async () => bundleOf(text(), await adviceHtml(fields)),
  });
}

/** The figures; of rows at most 50 of each list, and no predictions. */
function jsonOf(
  { verdict, findings, difference, score, rows, leakage, measured, method, ...rest }: AdviceFields,
): Record<string, unknown> {
  const { baselines, drift, size, curve, noise, gain, reason, cost, unknown } = rest;
  const { repeated, ...leaks } = leakage;
  return {
    ...{ verdict, findings, difference, score, rows, baselines },
    leakage: { ...leaks, rows: leaks.rows.slice(0, shownJsonRows), repeated: repeated.size },
    ...{ drift, size, curve, gain, reason, cost, unknown },
    noise: noise && { ...noise, rows: noise.rows.slice(0, shownJsonRows) },
    method: { name: method.method, settings: method.settings },
    methods: measured?.comparison.rows.map(({ name, score, runs, epochs, seconds, failure }) => ({
      ...{ name, score, epochs, seconds, failure },
      runs: runs.length,
    })),
    alike: measured?.alike,
  };
}

function describe(fields: AdviceFields): string {
  const { verdict, findings, measured } = fields;
  return visibleLines([
    `Advice: ${verdict.sentence}`,
    "",
    ...findings.map(({ question, state, answer }) =>
      `[${marks[state]}] ${question}\n    ${answer}`
    ),
    ...measured ? ["", String(measured.comparison)] : [],
    ...doubtfulText(fields),
  ].join("\n"));
}

function doubtfulText({ noise }: AdviceFields): string[] {
  if (!noise || noise.rows.length === 0) return [];
  const rows = noise.rows.slice(0, shownDoubtful)
    .map(({ number, text, label, suggested }) => [
      String(number),
      label,
      suggested,
      shortened(text, shownCharacters),
    ]);
  return [
    "",
    "Training rows that are likely labelled wrongly, the surest first",
    textTable(["row", "label", "rather", "text"], rows, ["right"]),
  ];
}

async function adviceHtml(fields: AdviceFields): Promise<Html> {
  const { verdict, findings } = fields;
  return htmlFrame(
    html`<p style="margin:.2em 0;font-size:1.25em"><strong>${verdict.sentence}</strong></p>`,
    htmlTable({
      caption: "What it rests on",
      columns: [{ title: "question" }, { title: "" }, { title: "answer" }],
      rows: findings.map(({ question, state, answer }) => [
        question,
        state === "fine" ? marks[state] : html`<strong>${marks[state]}</strong>`,
        answer,
      ]),
    }),
    await scoresHtml(fields),
    doubtfulHtml(fields),
  );
}

/** Everything that was scored on training rows, with its interval. */
async function scoresHtml({ baselines, measured, score }: AdviceFields): Promise<Html[]> {
  if (baselines.length === 0) return [];
  const chart = comparisonChart(
    baselines.map(({ name, score }) => ({ name, ...score, scores: [] })),
    score,
  );
  const parts = [
    htmlSection(
      `Without fine-tuning: ${score} in five folds of the training rows`,
      svgImage(await chart.svg(), chart.description),
    ),
  ];
  if (!measured) return parts;
  const { comparison } = measured;
  const methods = comparison.chart();
  return [
    ...parts,
    htmlSection(
      "Methods at equal time, on training rows that were held out",
      svgImage(await methods.svg(), methods.description),
      htmlTable({
        caption: comparison.notes.join("; "),
        columns: [
          { title: "method" },
          { title: comparison.metric, align: "right" },
          { title: "95 % interval", align: "right" },
          { title: "the best is better by", align: "right" },
          { title: "epochs", align: "right" },
        ],
        rows: comparison.rows.map(({ name, score, epochs, failure }) => {
          const other = measured.differences[name];
          return [
            name,
            score ? formatNumber(score.mean) : failure ? "failed" : "–",
            score ? `${formatNumber(score.low)} to ${formatNumber(score.high)}` : "–",
            other
              ? `${formatNumber(other.difference)} (${formatNumber(other.low)} to ${
                formatNumber(other.high)
              })`
              : "–",
            epochs.toFixed(1),
          ];
        }),
      }),
    ),
  ];
}

function doubtfulHtml({ noise }: AdviceFields): Html[] {
  if (!noise || noise.rows.length === 0) return [];
  return [htmlTable({
    caption: "Training rows that are likely labelled wrongly, the surest first",
    columns: [
      { title: "row", align: "right" },
      { title: "label" },
      { title: "rather" },
      { title: "text" },
    ],
    rows: noise.rows.slice(0, shownDoubtful).map(({ number, label, suggested, text }) => [
      number,
      label,
      suggested,
      shortened(text, shownCharacters),
    ]),
  })];
}
