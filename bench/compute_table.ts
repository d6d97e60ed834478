/**
 * The study of eight-bit training as Markdown: each method's scores in both arithmetics, and their paired
 * differences.
 *
 * @module
 */
import { seedInterval } from "../lib/pipeline/compare/score_interval.ts";
import type { ComputePoint, ComputeScore, StudiedTask } from "./compute_points.ts";
import { mean } from "./mean.ts";
import type { StudyResult } from "./study.ts";

/** What came of a point: its score, or why there is none. */
export interface ComputeResult extends StudyResult {
  readonly point: ComputePoint;
  readonly size: string;
  /** What it was run on. */
  readonly machine: string;
  readonly outcome: ComputeScore | { readonly failure: string };
}

/** What the mean difference has to stay within: accuracies as they are, perplexity as a share. */
const limits = { accuracy: 0.003, perplexity: 0.005 };

/** A seed's scores in both arithmetics. */
interface Pair {
  readonly float32: number;
  readonly int8: number;
}

/** A table for each task, and what follows for all of its methods. */
export function computeTable(results: readonly ComputeResult[]): string {
  const groups = Map.groupBy(results, ({ point }) => point.task);
  const machines = [...new Set(results.map(({ machine }) => machine))];
  return [
    ...machines.map((machine) => `On ${machine}.\n`),
    ...[...groups].map(([title, of]) => taskTable(title, of)),
  ].join("\n");
}

function taskTable(title: string, results: readonly ComputeResult[]): string {
  const [{ point: { task } }] = results;
  const methods = Map.groupBy(results, ({ point, size }) => `${point.method} | ${size}`);
  const all: number[] = [];
  const lines = [...methods].map(([method, of]) => {
    const pairs = pairsOf(of);
    const failure = of.map(({ outcome }) => "failure" in outcome ? outcome.failure : undefined)
      .find((each) => each !== undefined);
    const differences = pairs.map((pair) => differenceOf(task, pair));
    // Where no step computes in eight bits, equal scores say nothing of them.
    const isSame = of.some(({ point, outcome }) =>
      point.compute === "int8" && "score" in outcome && outcome.drift === undefined
    );
    if (!isSame) all.push(...differences);
    const cells = pairs.length === 0 ? [failure ?? "no pair yet", "", "", "", "0"] : [
      mean(pairs.map(({ float32 }) => float32)).toFixed(4),
      mean(pairs.map(({ int8 }) => int8)).toFixed(4),
      ...(isSame ? ["nothing in int8", "–"] : differenceCells(task, differences)),
      `${pairs.length}${failure === undefined ? "" : ` (${failure})`}`,
    ];
    return `| ${[method, ...cells].join(" | ")} |`;
  });
  const score = isShare(task) ? "perplexity" : "accuracy";
  return [
    `## ${title}`,
    "",
    `| method | size | ${score} in float32 | in int8 | difference | 95 % interval | seeds |`,
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
    ...(all.length > 0
      ? [`| **all** | | | | ${differenceCells(task, all).join(" | ")} | ${all.length} pairs |`]
      : []),
    "",
    ...(all.length > 0 ? [verdict(task, all), ""] : []),
  ].join("\n");
}

/** Seeds that were scored in both. */
function pairsOf(results: readonly ComputeResult[]): Pair[] {
  const scores = new Map<number, Partial<Pair>>();
  for (const { point: { seed, compute }, outcome } of results) {
    if ("failure" in outcome) continue;
    scores.set(seed, { ...scores.get(seed), [compute]: outcome.score });
  }
  return [...scores.values()].filter((each): each is Pair =>
    each.float32 !== undefined && each.int8 !== undefined
  );
}

function isShare(task: StudiedTask): boolean {
  return task === "tokens";
}

/** What int8 changes: of perplexity as a share of float32's. */
function differenceOf(task: StudiedTask, { float32, int8 }: Pair): number {
  return isShare(task) ? int8 / float32 - 1 : int8 - float32;
}

function differenceCells(task: StudiedTask, differences: readonly number[]): [string, string] {
  const shown = (value: number) => isShare(task) ? `${signed(100 * value, 2)} %` : signed(value, 4);
  if (differences.length < 2) return [shown(mean(differences)), "–"];
  const { low, high } = seedInterval(differences);
  return [shown(mean(differences)), `${shown(low)} to ${shown(high)}`];
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
}

function verdict(task: StudiedTask, differences: readonly number[]): string {
  const limit = isShare(task) ? limits.perplexity : limits.accuracy;
  const found = Math.abs(mean(differences));
  const wanted = isShare(task) ? `${100 * limit} %` : String(limit);
  return `The mean difference is ${found <= limit ? "within" : "**beyond**"} ${wanted}.`;
}
