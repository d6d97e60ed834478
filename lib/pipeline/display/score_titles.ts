/**
 * What tables and charts call scores.
 *
 * @module
 */
import type { AnyMetric } from "../plan_spec.ts";

/** What a metric is called: `recall@10` for `recallAt`. */
export function titleOf({ name, title = name }: Pick<AnyMetric, "name" | "title">): string {
  return title;
}

/**
 * Score name → what it is called: the metric's title where the score has the metric's name, and the
 * name that a person gave it otherwise.
 */
export function scoreTitles(
  metrics: Readonly<Record<string, AnyMetric>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [
      name,
      name === metric.name ? titleOf(metric) : name,
    ]),
  );
}
