/**
 * What snapshots of one training are worth: LoRA on MiniLM learns some of the sentiment sentences as the default run
 * does, with stochastic weight averaging, and with a learning rate that starts again, whose snapshots answer together
 * (`deno run -A bench/measure_snapshots.ts`). All take as many steps. Prints the accuracy of each on 600 held-out rows.
 *
 *     --seed N     one seed; repeat for more (1, 2, 3)
 *     --rows N     rows to train (600)
 *     --epochs N   epochs of each training (6)
 *     --cycles N   of the learning rate (3)
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accuracy, ensemble, lora, model, open, Random, textClassification } from "tunebook";
import { sentiment } from "tunebook/datasets";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { pickRows } from "../lib/table/source_rows.ts";
import { describeMachine } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["1", "2", "3"] },
    rows: { type: "string", default: "600" },
    epochs: { type: "string", default: "6" },
    cycles: { type: "string", default: "3" },
  },
});
const heldOut = 600;
const [rows, epochs, cycles] = [values.rows, values.epochs, values.cycles].map(Number);
const { model: base = "" } = defaultsOf("text-classification");
const all = await sentiment();
const task = textClassification({ text: "text", label: "class" });
const folder = await Deno.makeTempDir({ prefix: "tunebook-snapshots-" });

async function scoresOf(seed: number): Promise<Record<string, number>> {
  const order = Random.fromSeed(seed, "snapshots")
    .shuffle(Array.from({ length: all.numRows() }, (_, row) => row));
  const test = pickRows(all, order.slice(0, heldOut));
  const some = pickRows(all, order.slice(heldOut, heldOut + rows));
  const score = async (own: Parameters<ReturnType<typeof model>["train"]>[0]) => {
    const result = await model(base).data(some, task, { test }).adapt(lora({ rank: 8 }))
      .train({ seed, epochs, ...own }).evaluate({ accuracy }).run({ quiet: true });
    await result.dispose();
    return result.scores.accuracy;
  };
  const snapshots = join(folder, String(seed));
  const names = Array.from({ length: cycles }, (_, at) => `cycle-${at + 1}`);
  const single = await score({});
  const swa = await score({ schedule: "constant", swa: { from: 0.5 } });
  const last = await score({ schedule: "cosine-with-restarts", cycles, snapshots });
  const opened = await open(base);
  const set = await opened.attach(
    Object.fromEntries(names.map((name) => [name, join(snapshots, name)])),
  );
  const { ensemble: together, members } = await ensemble(set).evaluate({ accuracy }, {
    rows: test,
    input: "text",
    label: "class",
  });
  await opened.dispose();
  return {
    "one model": single,
    "SWA of the last half": swa,
    "the last cycle": last,
    ...Object.fromEntries(
      names.slice(0, -1).map((name) => [name, members[name].scores.accuracy as number]),
    ),
    "snapshots together": together.scores.accuracy as number,
  };
}

const { processor, cores } = describeMachine(1);
console.log(`${processor}, ${cores} cores; ${rows} rows, ${epochs} epochs, ${cycles} cycles`);
try {
  const found = [];
  for (const seed of values.seed) {
    const scores = await scoresOf(Number(seed));
    console.log(`seed ${seed}: ${JSON.stringify(scores)}`);
    found.push(scores);
  }
  const shown = (each: Record<string, number>) =>
    Object.fromEntries(Object.entries(each).map(([name, score]) => [name, score.toFixed(4)]));
  const means = Object.keys(found[0])
    .map((name) => [name, mean(found.map((each) => each[name]))] as const);
  console.log(markdownTable([
    ...found.map((each, at) => [`seed ${values.seed[at]}`, shown(each)] as const),
    ["mean", shown(Object.fromEntries(means))],
  ]));
} finally {
  await Deno.remove(folder, { recursive: true });
}
