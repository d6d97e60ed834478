/**
 * Answers to held-out prompts before and after a training by rewards: what they are worth, and side by side.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlTable } from "../../core/html.ts";
import { shownName } from "../../core/quoted.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import { answerKl } from "../../metrics/answer_kl.ts";
import { answerLength } from "../../metrics/answer_length.ts";
import { finishedShare } from "../../metrics/finished_share.ts";
import { meanReward } from "../../metrics/mean_reward.ts";
import type { RolloutAnswer, RolloutPredictions } from "../../nn/rollout_predictions.ts";
import { differenceInterval } from "../compare/difference_interval.ts";
import { formatNumber } from "./format_number.ts";

/** Prompts that are shown side by side. */
const shownPrompts = 6;
const shownCharacters = 160;

/** Judged answers of the trained model, and of the model before the training. */
export interface JudgedRuns {
  readonly judged: RolloutPredictions;
  readonly before: RolloutPredictions;
}

type Row = readonly string[];
type Align = readonly ("left" | "right")[];

const figureTitles = ["of an answer", "before", "after", "difference", "95 % on other prompts"];
const figureAlign: Align = ["left", "right", "right", "right", "right"];

/** Mean reward, each reward, tokens, ends and divergence, before and after. */
function figureRows({ judged, before }: JudgedRuns): Row[] {
  const [now, then] = [judged, before].map((each) => meanReward.perReward.compute(each));
  const names = Object.keys(now);
  const ofMetric = (title: string, metric: typeof answerLength): Row => {
    const [a, b] = [metric.compute(before), metric.compute(judged)];
    const { difference, low, high } = differenceInterval(metric, before, judged);
    return [
      title,
      formatNumber(a),
      formatNumber(b),
      signed(difference),
      Number.isNaN(low) ? "" : `${signed(low)} to ${signed(high)}`,
    ];
  };
  return [
    ofMetric("reward", meanReward),
    ...(names.length > 1 ? names : []).map((name): Row => [
      `reward ${shownName(name)}`,
      formatNumber(then[name]),
      formatNumber(now[name]),
      signed(now[name] - then[name]),
      "",
    ]),
    ofMetric("tokens", answerLength),
    ofMetric("share that ends", finishedShare),
    ofMetric("KL in nats", answerKl),
  ];
}

function signed(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

const sideTitles = ["prompt", "before", "reward", "after", "reward"];
const sideAlign: Align = ["left", "left", "right", "left", "right"];

function sideRows({ judged, before }: JudgedRuns): Row[] {
  return judged.inputs.slice(0, shownPrompts).map((input, row) => [
    shortened(input, shownCharacters),
    ...[before, judged].flatMap(({ answers }) => [
      shownAnswer(answers[row][0]),
      shownReward(answers[row][0]),
    ]),
  ]);
}

function shownAnswer({ completion, finished }: RolloutAnswer): string {
  const line = shortened(completion.trim(), shownCharacters) || "(nothing)";
  return finished || line.endsWith("…") ? line : `${line} …`;
}

function shownReward({ reward }: RolloutAnswer): string {
  return Number.isNaN(reward) ? "none applies" : formatNumber(reward);
}

function captionOf({ rows, answers }: RolloutPredictions): string {
  const each = answers[0].length;
  return `Answers to ${rows.toLocaleString("en")} held-out prompt${rows === 1 ? "" : "s"}` +
    (each > 1 ? `, ${each} to each` : "") + ", sampled as in the training";
}

/** Both as text. */
export function judgedText(runs: JudgedRuns): string {
  return [
    captionOf(runs.judged),
    textTable(figureTitles, figureRows(runs), figureAlign),
    "",
    visibleLines(textTable(sideTitles, sideRows(runs), sideAlign)),
  ].join("\n");
}

/** Both as tables. */
export function judgedHtml(runs: JudgedRuns): Html {
  const columnsOf = (titles: readonly string[], align: Align) =>
    titles.map((title, at) => ({ title, align: align[at] }));
  const shown = Math.min(shownPrompts, runs.judged.rows);
  return html`${
    htmlTable({
      caption: captionOf(runs.judged),
      columns: columnsOf(figureTitles, figureAlign),
      rows: figureRows(runs),
    })
  }${
    htmlTable({
      caption: `The same draws before and after, ${shown} of ${runs.judged.rows}`,
      columns: columnsOf(sideTitles, sideAlign),
      rows: sideRows(runs),
    })
  }`;
}

/** Judged answers that show themselves beside those before. */
export function shownJudged(runs: JudgedRuns): RolloutPredictions {
  return withDisplay(
    { ...runs.judged },
    () => bundleOf(judgedText(runs), htmlFrame(judgedHtml(runs))),
  );
}

/** What went wrong with rewards, in sentences without a full stop. */
export function failureNotes({ answers, failures }: RolloutPredictions): string[] {
  const asked = answers.flat().length;
  return Object.entries(failures).map(([name, { failures, timeouts, first }]) => {
    const of = `of ${asked} answers to held-out prompts`;
    const parts = [
      ...(failures > 0
        ? [`could not be had for ${failures} ${of}, which do not count in its mean (${first})`]
        : []),
      ...(timeouts > 0 ? [`took too long for ${timeouts} ${of}, which have its onTimeout`] : []),
    ];
    return `the reward ${shownName(name)} ${parts.join("; it ")}`;
  });
}

/** Says where a training by rewards has brought nothing. */
export function rewardNote({ judged, before }: JudgedRuns): string | undefined {
  const { difference, low, high } = differenceInterval(meanReward, before, judged);
  if (!(low <= 0)) return undefined;
  const [then, now] = [before, judged].map((each) => formatNumber(meanReward.compute(each)));
  const prompts = `on ${judged.rows} held-out prompt${judged.rows === 1 ? "" : "s"}`;
  return difference > 0
    ? `the mean reward has risen from ${then} to ${now} ${prompts}, which chance alone may explain ` +
      `(${signed(low)} to ${signed(high)}): hold out more prompts, or take more steps`
    : `the mean reward is no higher than before the training: ${now} ${prompts}, and ${then} before`;
}
