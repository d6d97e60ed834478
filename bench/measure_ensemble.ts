/**
 * What an ensemble costs: k adapters on one open base beside k whole models, the same numbers in both
 * (`deno run -A bench/measure_ensemble.ts`). Prints milliseconds for a batch of sentences, in turns, and the bytes of the
 * folders, each base once.
 *
 *     --models N     adapters and models (4)
 *     --rows N       sentences of a batch (32)
 *     --rounds N     timed batches of each (15)
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adapter, ensemble, lora, merged, model, open, textClassification } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { pickRows } from "../lib/table/source_rows.ts";
import { describeMachine, machineText } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "4" },
    rows: { type: "string", default: "32" },
    rounds: { type: "string", default: "15" },
  },
});
const [count, size, rounds] = [values.models, values.rows, values.rounds].map(Number);
const { model: base = "" } = defaultsOf("text-classification");
const all = await sentiment();
const some = pickRows(all, Array.from({ length: 64 }, (_, row) => row));
const task = textClassification({ text: "text", label: "class" });
const folder = await Deno.makeTempDir({ prefix: "tunebook-ensemble-" });
const names = Array.from({ length: count }, (_, at) => `model ${at + 1}`);
const places = (kind: string) =>
  Object.fromEntries(names.map((name) => [name, join(folder, kind, name.replace(" ", "-"))]));
const [thin, whole] = [places("thin"), places("whole")];
for (const [at, name] of names.entries()) {
  const result = await model(base).data(some, task, { test: 8, seed: 1 }).adapt(lora({ rank: 8 }))
    .train({ epochs: 1, seed: at + 1, learningRate: 1e-3 })
    .deploy(adapter(thin[name]), merged(whole[name])).run({ quiet: true });
  await result.dispose();
}

/** The bytes of a folder's files. */
async function bytesOf(path: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isFile } of Deno.readDir(path)) {
    if (isFile) bytes += (await Deno.stat(join(path, name))).size;
  }
  return bytes;
}

const opened = await open(base);
const set = await opened.attach(thin);
const models = await Promise.all(names.map((name) => open(whole[name])));
const ways = {
  [`${count} adapters on one base`]: ensemble(set),
  [`${count} whole models`]: ensemble(
    Object.fromEntries(names.map((name, at) => [name, models[at]])),
  ),
  "one adapter": {
    predict: (texts: readonly string[]) =>
      set.predict(texts, { adapters: texts.map(() => names[0]) }),
  },
};
const texts = Array.from(all.array("text"), String).slice(100, 100 + size);
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let round = -2; round < rounds; round++) {
  for (const [name, way] of Object.entries(ways)) {
    const began = performance.now();
    await way.predict(texts);
    if (round >= 0) times[name].push(performance.now() - began);
  }
}
const sum = async (folders: readonly string[]) =>
  (await Promise.all(folders.map(bytesOf))).reduce((total, bytes) => total + bytes, 0);
const [ofAdapters, ofModels] = [await sum(Object.values(thin)), await sum(Object.values(whole))];
const ofBase = ofModels / count;
const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const bytes = [ofBase + ofAdapters, ofModels, ofBase + ofAdapters / count];
console.log(machineText(describeMachine()));
console.log(markdownTable(
  Object.entries(times).map(([name, own], at) => [name, {
    [`ms for ${size} sentences`]: median(own).toFixed(0),
    "MB of files": megabytes(bytes[at]),
  }]),
));
for (const each of models) await each.dispose();
await opened.dispose();
await Deno.remove(folder, { recursive: true });
