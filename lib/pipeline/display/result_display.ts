/**
 * What a run leaves, for a notebook: scores, curves, the confusion matrix and receipts.
 *
 * @module
 */
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import { confusionChart } from "../../chart/confusion_chart.ts";
import { lossChart } from "../../chart/loss_chart.ts";
import { bundleOf, type MimeBundle, withDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, svgImage } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { visible } from "../../core/visible.ts";
import { driftInWords } from "../../deploy/compute_drift.ts";
import type { Receipt } from "../../deploy/target.ts";
import { probeHtml } from "../../evaluate/probe/probe_display.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { confusionMatrix } from "../../metrics/confusion_matrix.ts";
import { maskClassesHtml, maskClassesText } from "./mask_class_table.ts";
import type { DeploymentChain } from "../run/deployment_chain.ts";
import { chainHtml, chainText } from "./chain_table.ts";
import { rewardDivergenceOf } from "./reward_divergence.ts";
import { formatNumber } from "./format_number.ts";
import { judgedHtml } from "./judged_answers.ts";
import {
  describeResult,
  intervalText,
  type RunResult,
  type RunSummary,
} from "../run/run_result.ts";
import { samplesHtml } from "./samples_display.ts";
import { pictures, seriesOf, timeText } from "./training_view.ts";

/** More classes than this make a matrix that nobody reads. */
const mostClasses = 30;

/** What the display of a whole result is made of. */
export type ShownResult =
  & RunSummary
  & Pick<
    RunResult<unknown>,
    | "scores"
    | "probes"
    | "receipts"
    | "chain"
    | "losses"
    | "validations"
    | "predictions"
    | "methodRecord"
    | "samples"
    | "drawnSamples"
    | "judged"
    | "judgedBefore"
    | "scoresBefore"
  >
  & ScoreTitles;

interface ScoreTitles {
  /** What scores are called, by name. */
  readonly titles: Readonly<Record<string, string>>;
}

/** A run: facts, curves, scores, confusion matrix, receipts. */
export async function resultDisplay(result: ShownResult): Promise<MimeBundle> {
  const { losses, validations, steps, stepsHere, stepsPerSecond, trainSeconds } = result;
  const { samples = result.drawnSamples } = result;
  const curves = [
    lossChart({ losses, validations }),
    ...rewardDivergenceOf(result.methodRecord ?? {}),
    ...seriesOf(result.methodRecord ?? {}, { lastStep: steps, totalSteps: steps }),
  ];
  const share = 100 * result.trainedParameters / result.totalParameters;
  const facts: [string, string][] = [
    ["model", result.model],
    ["method", result.method],
    ...(result.teachers
      ? [["taught by", result.teachers.join(", ")] satisfies [string, string]]
      : []),
    ["device", result.device],
    ["training rows", result.examples.toLocaleString("en")],
    [
      "steps",
      steps === 0
        ? "nothing was trained"
        : `${steps}${stepsHere < steps ? ` (${stepsHere} of them now)` : ""} in ` +
          `${timeText(trainSeconds)}, ${stepsPerSecond.toFixed(2)} a second`,
    ],
    [
      "parameters trained",
      `${result.trainedParameters.toLocaleString("en")} of ` +
      `${result.totalParameters.toLocaleString("en")} (${share.toPrecision(3)} %)`,
    ],
    ...(steps > 0 && result.compute !== "float32"
      ? [["compute", result.compute] satisfies [string, string]]
      : []),
    ...(result.rollout ? [["rollouts", result.rollout] satisfies [string, string]] : []),
    ...(result.drift
      ? [
        ["int8 beside float32", driftInWords(result.drift, result.evaluateCompute)] satisfies [
          string,
          string,
        ],
      ]
      : []),
    ...(result.evaluateCompute === "float32"
      ? []
      : [["scores computed in", result.evaluateCompute] satisfies [string, string]]),
    ...(result.headNote ? [["head", result.headNote] satisfies [string, string]] : []),
  ];
  return bundleOf(
    describeResult(result, result.titles),
    htmlFrame(
      htmlTable({
        caption: "The run",
        columns: [{ title: "what" }, { title: "value" }],
        rows: facts,
      }),
      result.notes.map((note) => html`<p style="margin:.2em 0"><b>Note</b>: ${note}</p>`),
      losses.length > 0 ? htmlSection("Training", await pictures(curves)) : html``,
      await scoresHtml(result),
      result.probes
        ? htmlSection("Behaviour", probeHtml(result.probes, await pngEncoder()))
        : html``,
      result.judged && result.judgedBefore
        ? htmlSection(
          "Rewards",
          judgedHtml({ judged: result.judged, before: result.judgedBefore }),
        )
        : html``,
      samples ? htmlSection("Samples", samplesHtml(samples)) : html``,
      result.receipts.length > 0 ? receiptsHtml(result.receipts) : html``,
      result.chain ? chainHtml(result.chain) : html``,
    ),
  );
}

/** Scores that show themselves as a report. */
export function shownScores<Scores extends object>(
  scores: Scores,
  about:
    & Pick<RunSummary, "baseline" | "evaluateCompute" | "intervals" | "signatures">
    & Pick<RunResult<unknown>, "scoresBefore">
    & ScoreTitles
    & {
      readonly predictions: AnyPredictions;
    },
): Scores {
  return withDisplay(
    scores,
    async () =>
      bundleOf(
        scoresText({ scores, ...about }),
        htmlFrame(await scoresHtml({ scores, ...about })),
      ),
  );
}

/** Receipts that show themselves, each and all of them. */
export function shownReceipts(receipts: readonly Receipt[]): readonly Receipt[] {
  const display = (list: readonly Receipt[]) =>
    bundleOf(receiptsText(list), htmlFrame(receiptsHtml(list)));
  return withDisplay(
    receipts.map((receipt) => withDisplay({ ...receipt }, () => display([receipt]))),
    display,
  );
}

/** The steps of a deployment, which show themselves. */
export function shownChain(chain: DeploymentChain): DeploymentChain {
  return withDisplay(
    { ...chain },
    () => bundleOf(chainText(chain), htmlFrame(chainHtml(chain))),
  );
}

type NamedScores =
  & ScoreTitles
  & Pick<RunSummary, "evaluateCompute" | "intervals" | "signatures">
  & Pick<RunResult<unknown>, "scoresBefore">
  & { readonly scores: unknown };

/** The arithmetic of the scores, where it is not float32. */
function arithmeticOf({ evaluateCompute }: Pick<RunSummary, "evaluateCompute">): string[] {
  return evaluateCompute === "float32" ? [] : [`computed in ${evaluateCompute}`];
}

/** Name and signature of each score that has one. */
function signaturesOf({ titles, signatures = {} }: NamedScores): [string, string][] {
  return Object.entries(signatures).map(([score, signature]) => [
    visible(titles[score] ?? score),
    signature,
  ]);
}

/** Name, value and interval of each number, and its value before the training where that was scored. */
function numbersOf({ scores, titles, intervals, scoresBefore }: NamedScores): string[][] {
  const before = (score: string, part?: string): string[] => {
    if (!scoresBefore) return [];
    const known = scoresBefore[score];
    const value = part === undefined
      ? known
      : (known as Record<string, unknown> | undefined)?.[part];
    return [typeof value === "number" ? formatNumber(value) : ""];
  };
  return Object.entries(scores as Record<string, unknown>).flatMap(([score, value]) => {
    const name = visible(titles[score] ?? score);
    const interval = intervals[score];
    if (typeof value === "number") {
      return [[
        name,
        formatNumber(value),
        interval ? intervalText(interval) : "",
        ...before(score),
      ]];
    }
    const parts = Object.entries(value as object);
    return parts.every(([, part]) => typeof part === "number")
      ? parts.map(([label, part]) => [
        `${name}: ${shownName(label)}`,
        formatNumber(part),
        "",
        ...before(score, label),
      ])
      : [];
  });
}

const intervalTitle = "95 % on other rows";

function beforeTitles({ scoresBefore }: Pick<NamedScores, "scoresBefore">): string[] {
  return scoresBefore ? ["before the training"] : [];
}

function scoresText(
  { predictions, ...scores }: NamedScores & { readonly predictions: AnyPredictions },
): string {
  const table = textTable(
    ["score on held-out rows", "value", intervalTitle, ...beforeTitles(scores)],
    numbersOf(scores),
    ["left", "right", "right", "right"],
  );
  return [
    table,
    ...arithmeticOf(scores),
    ...signaturesOf(scores).map((each) => each.join(": ")),
    ...(isOfMasks(predictions) ? ["", maskClassesText(predictions)] : []),
  ].join("\n");
}

async function scoresHtml(
  { predictions, baseline, ...scores }:
    & Pick<
      ShownResult,
      | "scores"
      | "scoresBefore"
      | "predictions"
      | "baseline"
      | "evaluateCompute"
      | "intervals"
      | "signatures"
    >
    & ScoreTitles,
): Promise<Html> {
  const rows = numbersOf(scores);
  if (rows.length === 0) return html``;
  const matrix = matrixOf(predictions);
  const always = baseline
    ? ` (always ${quoted(baseline.label)}: accuracy ${formatNumber(baseline.accuracy)})`
    : "";
  return htmlSection(
    "Scores",
    htmlTable({
      caption: `On ${predictions.rows.toLocaleString("en")} held-out rows${always}`,
      columns: [
        { title: "score" },
        { title: "value", align: "right" },
        { title: intervalTitle, align: "right" },
        ...beforeTitles(scores).map((title) => ({ title, align: "right" as const })),
      ],
      rows,
    }),
    arithmeticOf(scores).map((line) => html`<p style="margin:.2em 0">${line}</p>`),
    signaturesOf(scores).map(([name, signature]) =>
      html`<p style="margin:.2em 0">${name}: <code>${signature}</code></p>`
    ),
    matrix ? svgImage(await matrix.svg(), matrix.description) : html``,
    isOfMasks(predictions) ? maskClassesHtml(predictions) : html``,
  );
}

function isOfMasks(predictions: AnyPredictions): predictions is MaskPredictions {
  return predictions.kind === "mask";
}

/** The confusion matrix of one label a row, where it can be read. */
function matrixOf(predictions: AnyPredictions) {
  if (predictions.kind !== "single") return undefined;
  const single = predictions as Predictions<"single">;
  if (single.labels.length > mostClasses) return undefined;
  return confusionChart(confusionMatrix.compute(single));
}

const receiptColumns = [
  "target",
  "folder",
  "files",
  "MB",
  "largest difference",
  "allowed",
  "reader",
];

function receiptRows(receipts: readonly Receipt[]): string[][] {
  return receipts.map((receipt) => {
    const { target, dtype, folder, files, largestDifference, tolerance, rows, reader } = receipt;
    return [
      dtype ? `${target} ${dtype}` : target,
      folder,
      String(files.length),
      (files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1),
      `${largestDifference === 0 ? "0" : largestDifference.toExponential(1)} on ${rows} rows`,
      tolerance.toExponential(0),
      readerText(reader),
    ];
  });
}

/** What the folder's reader takes from it as it was trained. */
function readerText(reader: Receipt["reader"]): string {
  if (!reader) return "";
  const { settings, answers } = reader;
  if (!answers) return `${settings} settings`;
  const { inputs, largestDifference: found } = answers;
  const difference = found === 0 ? "0" : found.toExponential(1);
  return `${settings} settings, ${inputs} answers within ${difference}`;
}

function receiptsText(receipts: readonly Receipt[]): string {
  return textTable(receiptColumns, receiptRows(receipts));
}

function receiptsHtml(receipts: readonly Receipt[]): Html {
  return htmlSection(
    "Deployed",
    htmlTable({
      caption: "Each folder was opened again and compared with the trained model",
      columns: receiptColumns.map((title) => ({ title })),
      rows: receiptRows(receipts),
    }),
  );
}
