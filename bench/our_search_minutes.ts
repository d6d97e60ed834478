/**
 * Our side of a search of some minutes: `our_search_minutes.ts FILE`, the answer as a line of JSON.
 *
 * @module
 */
import { float, int, medianPruner, model, type Table, tableFromRows } from "../mod.ts";
import type { SearchedRow, SearchFile } from "./search_minutes_rows.ts";

const { minutes, seed, startupTrials, model: base, settings, space, splits }: SearchFile = JSON
  .parse(await Deno.readTextFile(Deno.args[0]));
const tableOf = (rows: readonly SearchedRow[]): Table =>
  tableFromRows(rows.map(({ text, class: label }) => ({ text, label })), "rows");
const { rank, learningRate, layers, epochs } = space;
const { batchSize, maxTokens } = settings;
const found = await model(base)
  .data(tableOf(splits.train), {
    text: "text",
    label: "label",
    validation: tableOf(splits.validation),
    test: tableOf(splits.test),
  })
  .search({
    method: { name: "lora", rank: int(rank.low, rank.high, { log: true }) },
    learningRate: float(learningRate.low, learningRate.high, { log: true }),
    layers: int(layers.low, layers.high),
    epochs: int(epochs.low, epochs.high),
    batchSize,
    maxTokens,
    seed,
  }, { metric: "accuracy", budget: { minutes }, pruner: medianPruner({ startupTrials }), seed })
  .run();
const result = await found.plan.run({ quiet: true });
const { suggestion: { method, ...others } } = found.best;
const bests: [number, number][] = [];
let seconds = 0;
for (const { score, figures } of found.trials) {
  seconds += figures.seconds ?? 0;
  if (score !== undefined && score > (bests.at(-1)?.[1] ?? -Infinity)) bests.push([seconds, score]);
}
const countOf = (state: string) => found.trials.filter((each) => each.state === state).length;
console.log(JSON.stringify({
  trials: found.trials.length,
  complete: countOf("complete"),
  pruned: countOf("pruned"),
  validation: found.best.score,
  test: result.scores.accuracy,
  best: {
    rank: method.rank,
    learningRate: others.learningRate,
    layers: others.layers,
    epochs: others.epochs,
  },
  bests,
}));
await result.dispose();
