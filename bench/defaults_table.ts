/**
 * The study of defaults as Markdown.
 *
 * @module
 */
import type { ScoreInterval } from "tunebook";

/** What came of a point. */
export interface PointResult {
  /** Point, epochs, seeds and rows, so that a study that was stopped goes on. */
  readonly key: string;
  readonly method: string;
  readonly setting: string;
  readonly learningRate: number;
  readonly epochs: number;
  readonly seeds: number;
  readonly tableRows: number;
  readonly score?: ScoreInterval;
  /** The score of each seed, where it was noted. */
  readonly scores?: readonly number[];
  /** Mean loss of the last tenth of the steps. */
  readonly lastLoss: number;
  readonly seconds: number;
  readonly failure?: string;
}

/** One table; the best point of each method and setting is in bold. */
export function defaultsTable(results: readonly PointResult[]): string {
  const group = ({ method, setting, epochs, seeds, tableRows }: PointResult) =>
    [method, setting, epochs, seeds, tableRows].join();
  const best = new Map<string, number>();
  for (const each of results) {
    best.set(group(each), Math.max(best.get(group(each)) ?? 0, each.score?.mean ?? 0));
  }
  const lines = results.map((each) => {
    const { method, setting, learningRate, score, lastLoss, seconds } = each;
    const mean = score?.mean.toFixed(4) ?? "failed";
    const cells = [
      method,
      setting,
      String(learningRate),
      score && score.mean === best.get(group(each)) ? `**${mean}**` : mean,
      score ? `${score.low.toFixed(4)} to ${score.high.toFixed(4)} (${score.over})` : "–",
      Number.isFinite(lastLoss) ? lastLoss.toFixed(4) : "–",
      Number.isFinite(seconds) ? seconds.toFixed(1) : "–",
      `${each.epochs} × ${each.seeds} on ${each.tableRows}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| method | setting | rate | accuracy | 95 % interval | last loss | seconds | epochs × seeds |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}
