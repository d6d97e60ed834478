/**
 * A training run while it happens: curves in a notebook, a bar on a terminal, lines in a pipe.
 *
 * @module
 */
import type { Drawing } from "../../chart/drawing.ts";
import { lossChart } from "../../chart/loss_chart.ts";
import { seriesChart, type SeriesChartOptions, seriesText } from "../../chart/series_chart.ts";
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, svgImage } from "../../core/html.ts";
import type { Notebook } from "../../core/notebook.ts";
import { type Progress, showProgress } from "../../core/progress.ts";
import { sparkline } from "../../core/sparkline.ts";
import type { MethodRecord } from "../../nn/method.ts";
import type { StepReport, StepsBefore, Validation } from "../../train/train.ts";
import type { RunSamples } from "../write/run_samples.ts";
import { samplesHtml, samplesText } from "./samples_display.ts";
import { recordTraining, type TrainingRecord } from "./training_record.ts";

/** Sees what happens in a run. */
export interface TrainingView {
  /** Takes in what a continued run did before, so that curves are whole. */
  resume(before: StepsBefore): void;
  step(report: StepReport): void;
  validation(validation: Validation): void;
  /** Takes in what the model writes or draws now. */
  samples(samples: RunSamples): void;
  /** Shows the last state; `how` says how the run ended. */
  end(how: string): Promise<void>;
}

/** What the rate of a training counts. */
export interface Rate {
  readonly unit: string;
  /** How many tokens one of them has. */
  readonly tokens: number;
}

const tokenRate: Rate = { unit: "tokens", tokens: 1 };

/** Shows nothing. */
export const silentView: TrainingView = {
  resume() {},
  step() {},
  validation() {},
  samples() {},
  end: () => Promise.resolve(),
};

/** At most two pictures a second. */
const leastMilliseconds = 500;
/** A picture that took long is followed by so many times as long without one: 4 % of the time. */
const restFactor = 25;
/** Steps run while a picture is drawn, so that its time is no measure where they are slow. */
const mostRestMilliseconds = 2000;

/** One display of a notebook, changed in place. It keeps the last picture. */
export function notebookView(
  notebook: Notebook,
  { scoreName, rate = tokenRate, now = () => performance.now() }: {
    scoreName: string;
    rate?: Rate;
    now?: () => number;
  },
): TrainingView {
  const id = `tunebook-${crypto.randomUUID()}`;
  const record = recordTraining(now);
  let isShown = false;
  let next = -Infinity;
  let drawing: Promise<void> | undefined;
  let samples: RunSamples = [];
  const draw = async (how: string) => {
    const began = now();
    try {
      await notebook.show(await trainingDisplay(record.read(), { how, scoreName, rate, samples }), {
        id,
        update: isShown,
      });
      isShown = true;
    } catch (error) {
      // A picture that cannot be drawn must not end a training.
      if (next !== Infinity) console.error(`the training view stops: ${error}`);
      next = Infinity;
    }
    const ended = now();
    if (next !== Infinity) {
      const rest = Math.min(mostRestMilliseconds, restFactor * (ended - began));
      next = Math.max(began + leastMilliseconds, ended + rest);
    }
  };
  return {
    resume: record.resume,
    step(report) {
      record.step(report);
      if (drawing || now() < next) return;
      drawing = draw("training").finally(() => drawing = undefined);
    },
    validation: record.validation,
    samples: (found) => void (samples = found),
    async end(how) {
      await drawing;
      if (record.read().step > 0) await draw(how);
    },
  };
}

/** A bar with a sparkline on a terminal, plain lines elsewhere, on standard error. */
export function terminalView(isTerminal: boolean): TrainingView {
  const record = recordTraining();
  let progress: Progress | undefined;
  let [series, next] = ["", -Infinity];
  const sparks = 16;
  return {
    resume: record.resume,
    step(report) {
      record.step(report);
      const { step, totalSteps, epoch, loss } = report;
      progress ??= showProgress({
        title: "training",
        total: totalSteps,
        unit: "steps",
        start: step - 1,
      });
      const curve = isTerminal ? ` ${sparkline(record.read().losses, sparks)}` : "";
      // A record grows with the run, so that asking for it takes longer and longer.
      if (performance.now() >= next) {
        series = textsOf(report.methodRecord?.() ?? {}).map((text) => ` · ${text}`).join("");
        next = performance.now() + leastMilliseconds;
      }
      progress.update(
        step,
        `epoch ${epoch.toFixed(1)} · loss ${loss.toFixed(3)}${series}${curve}`,
      );
    },
    validation: record.validation,
    // They would tear the bar apart; the result has them.
    samples() {},
    end() {
      progress?.end();
      return Promise.resolve();
    },
  };
}

/** The record as a display: a line of facts and the curves. */
export async function trainingDisplay(
  record: TrainingRecord,
  { how, scoreName, rate = tokenRate, samples = [] }: {
    how: string;
    scoreName: string;
    rate?: Rate;
    samples?: RunSamples;
  },
): Promise<MimeBundle> {
  const { step, totalSteps } = record;
  const series = record.methodRecord();
  const chart = lossChart(record, { totalSteps, scoreName });
  const charts = [chart, ...seriesOf(series, { lastStep: step, totalSteps })];
  const facts = factsOf(record, { how, rate }, series);
  const text = [
    facts.join(" · "),
    `loss ${sparkline(record.losses)}`,
    ...charts.map(({ description }) => description),
    ...(samples.length > 0 ? [samplesText(samples, "now")] : []),
  ].join("\n");
  const line = html`<p style="margin:.2em 0;font-variant-numeric:tabular-nums">${
    facts.join(" · ")
  }</p>`;
  return bundleOf(text, htmlFrame(line, await pictures(charts), samplesHtml(samples, "now")));
}

/** A chart for each series that the method tells of. */
export function seriesOf(
  record: MethodRecord,
  options: Pick<SeriesChartOptions, "lastStep" | "totalSteps">,
): Drawing[] {
  return Object.entries(record).map(([name, points]) => seriesChart(points, { name, ...options }));
}

/** Charts one below the other. */
export async function pictures(charts: readonly Drawing[]): Promise<Html[]> {
  return await Promise.all(
    charts.map(async (chart) => html`<div>${svgImage(await chart.svg(), chart.description)}</div>`),
  );
}

const textsOf = (series: MethodRecord) =>
  Object.entries(series).map(([name, points]) => seriesText(name, points));

function factsOf(
  record: TrainingRecord,
  { how, rate }: { readonly how: string; readonly rate: Rate },
  series: MethodRecord,
): string[] {
  const { step, totalSteps, epoch, losses, tokensPerSecond, peakBytes, seconds, secondsLeft } =
    record;
  const isTraining = how === "training";
  return [
    how,
    `step ${step} of ${totalSteps}`,
    `epoch ${epoch.toFixed(2)}`,
    `loss ${losses[losses.length - 1].toFixed(4)}`,
    ...textsOf(series),
    `${Math.round(tokensPerSecond / rate.tokens).toLocaleString("en")} ${rate.unit}/s`,
    // The whole process: in a notebook also what earlier cells keep.
    `${Math.round(peakBytes / 1e6).toLocaleString("en")} MB in all`,
    timeText(seconds) + (isTraining ? " so far" : ""),
    ...isTraining && Number.isFinite(secondsLeft) ? [`${timeText(secondsLeft)} left`] : [],
  ];
}

/** Seconds for people. */
export function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes < 60
    ? `${minutes}:${String(rest).padStart(2, "0")} min`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
}
