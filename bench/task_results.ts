/**
 * What the comparison of tasks leaves: scores and times by seed, and what they come to.
 *
 * @module
 */
import { mean } from "./mean.ts";
import type { Sampling } from "./peer_ways.ts";
import { median } from "./median.ts";
import type { TaskSettings } from "./task_cases.ts";

/** The two sides of a comparison. */
export type TaskSide = "ours" | "peer";

/** A training of one side. */
export interface TaskTraining {
  /** The training loop, divided by its epochs. */
  readonly epochSeconds: number;
  readonly scores: Readonly<Record<string, number>>;
  /** Mean over all steps. */
  readonly loss: number;
}

/** The trainings of a seed. */
export interface SeedTrainings extends Partial<Record<TaskSide, TaskTraining>> {
  /** Whether both sides trained one after the other, so that their times may be compared. */
  readonly inTurns: boolean;
}

/** Everything about one data set. Results of other settings, rows, threads or processors are apart. */
export interface TaskResult {
  readonly settings: TaskSettings;
  readonly rows: { readonly train: number; readonly test: number };
  readonly processor: string;
  readonly threads: number;
  /** How Trainer chose its batches. */
  readonly sampling: Sampling;
  /** The day of the last training, `2026-11-28`. */
  readonly date: string;
  /** The highest load average of a minute when a training began: above the threads, times are off. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Scores before the training, where the model has no random head. */
  readonly before?: Readonly<Partial<Record<TaskSide, Readonly<Record<string, number>>>>>;
  readonly seeds: Readonly<Record<string, SeedTrainings>>;
}

/** The results by the names of the data sets. */
export type TaskResults = Readonly<Record<string, TaskResult>>;

/** What the seeds of a data set come to. */
export interface TaskFigures {
  /** The mean over the seeds of each score. */
  readonly scores: Readonly<Record<string, Partial<Record<TaskSide, number>>>>;
  /** Median seconds of an epoch and ours / peer, of the seeds that trained in turns. */
  readonly epochSeconds?: Readonly<Record<TaskSide, number>>;
  readonly ratio?: number;
}

/** Means of scores, medians of times. */
export function figuresOf({ seeds }: TaskResult): TaskFigures {
  const trainings = Object.values(seeds);
  const of = (side: TaskSide) => trainings.flatMap((seed) => seed[side] ? [seed[side]] : []);
  const names = new Set(
    [...of("ours"), ...of("peer")].flatMap(({ scores }) => Object.keys(scores)),
  );
  const meanOf = (side: TaskSide, name: string) => {
    const values = of(side).map(({ scores }) => scores[name]);
    return values.length > 0 ? { [side]: mean(values) } : {};
  };
  const scores = Object.fromEntries(
    [...names].map((name) => [name, { ...meanOf("ours", name), ...meanOf("peer", name) }]),
  );
  const inTurns = trainings.filter((seed) => seed.inTurns && seed.ours && seed.peer);
  if (inTurns.length === 0) return { scores };
  const secondsOf = (side: TaskSide) => median(inTurns.map((seed) => seed[side]!.epochSeconds));
  const epochSeconds = { ours: secondsOf("ours"), peer: secondsOf("peer") };
  return { scores, epochSeconds, ratio: epochSeconds.ours / epochSeconds.peer };
}

/** The table of the README. */
export function taskTable(results: TaskResults): string {
  const lines = Object.entries(results).flatMap(([name, result]) => {
    const { scores, epochSeconds, ratio } = figuresOf(result);
    const times = epochSeconds
      ? `${epochSeconds.ours.toFixed(1)} s | ${epochSeconds.peer.toFixed(1)} s | ${
        ratio!.toFixed(2)
      }`
      : "| |";
    return Object.entries(scores).map(([score, { ours, peer }], row) => {
      const before = shown((result.before?.ours ?? result.before?.peer)?.[score]);
      const what = row === 0 ? `\`${name}\` (${result.rows.train} / ${result.rows.test})` : "";
      const seeds = row === 0 ? String(Object.keys(result.seeds).length) : "";
      return `| ${what} | ${score} | ${before} | ${shown(ours)} | ${shown(peer)} | ${
        ours !== undefined && peer !== undefined ? (ours - peer).toFixed(4) : ""
      } | ${seeds} | ${row === 0 ? times : "| |"} |`;
    });
  });
  return [
    "| data (rows to train / score) | score | before | ours | peer | difference | seeds | epoch, ours | epoch, peer | ours / peer |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function shown(score: number | undefined): string {
  return score === undefined ? "" : score.toFixed(4);
}
