/**
 * A search over a tiny model, also as a process: `tiny_search.ts BASE FILE TRIALS`.
 *
 * @module
 */
import {
  choice,
  type DataOptions,
  float,
  int,
  model,
  type PlanSearchOptions,
  type PlanSpace,
  type SearchHistory,
  type Table,
} from "tunebook";
import { moods } from "../tiny.ts";

export const columns = { text: "text", label: "mood", validation: 0.25, seed: 1 } as const;

/** What varies unless a test says otherwise. */
export const space = {
  method: choice({ name: "lora", rank: int(2, 8, { log: true }) }, { name: "bitfit" }),
  learningRate: float(1e-3, 1e-1, { log: true }),
  epochs: 2,
  batchSize: 8,
} as const;

/** The search; two trials unless a budget is given. */
export function tinySearch(
  base: string,
  options: PlanSearchOptions = {},
  { rows = moods(48), vary = space, split = columns }: {
    readonly rows?: Table;
    readonly vary?: PlanSpace;
    readonly split?: DataOptions & { readonly label: string };
  } = {},
) {
  return model(base).data(rows, split)
    .search(vary as typeof space, { budget: { trials: 2 }, seed: 1, ...options });
}

/** A history without what differs from run to run: how long trials took. */
export function timeless({ trials }: SearchHistory) {
  return trials.map(({ figures: { seconds: _, latency: __, ...figures } = {}, ...trial }) => ({
    ...trial,
    figures,
  }));
}

if (import.meta.main) {
  const [base, file, trials] = Deno.args;
  await tinySearch(base, { file, budget: { trials: Number(trials) } }).run();
}
