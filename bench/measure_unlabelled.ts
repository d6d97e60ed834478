/**
 * What a teacher is worth where most rows have no label: MiniLM learns the few labelled sentiment sentences, and
 * students of three of its layers learn these alone, or all rows with what the teacher says of them
 * (`deno run -A bench/measure_unlabelled.ts`). Students take as many steps as each other. Prints the accuracy of each
 * on the held-out rows.
 *
 *     --seed N           one seed; repeat for more
 *     --labelled N       rows with labels (300); the others are only what the teacher is asked about
 *     --rich             a teacher that has seen the labels of all rows, as somebody else's model
 *     --layers A,B,C     the layers that the students begin with, from 0 (1,3,5)
 *     --cut              students of the base's layers, which have nothing of the teacher but its answers
 *     --epochs N         epochs of a student over all rows (3)
 *     --temperature T    of the distillation (4)
 *     --attention JSON   attention that is compared as well, such as '{"compare":"relations","layers":"last"}'
 *     --hidden JSON      hidden states that are compared as well
 *     --student KIND     one kind of student, such as "all rows, taught"; repeat for more
 *     --folder PATH      keeps the teachers there, and takes those that are there
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  accuracy,
  columnValues,
  distillation,
  full,
  head,
  lora,
  merged,
  model,
  Random,
  type Table,
  tableFromColumns,
  textClassification,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { exists } from "../lib/core/exists.ts";
import { describeMachine } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["1", "2", "3"] },
    labelled: { type: "string", default: "300" },
    rich: { type: "boolean", default: false },
    layers: { type: "string", default: "1,3,5" },
    cut: { type: "boolean", default: false },
    epochs: { type: "string", default: "3" },
    rate: { type: "string", default: "1e-4" },
    temperature: { type: "string", default: "4" },
    attention: { type: "string" },
    hidden: { type: "string" },
    student: { type: "string", multiple: true },
    folder: { type: "string" },
  },
});

/** Held-out rows of the 3,000. */
const heldOut = 600;
const batchSize = 32;
const { model: base = "" } = defaultsOf("text-classification");
const layers = values.layers.split(",").map(Number);
const task = textClassification({ text: "text", label: "class" });
const folder = values.folder ?? await Deno.makeTempDir({ prefix: "tunebook-unlabelled-" });
const all = await sentiment();

/** The rows of a seed: those with labels, all that may be learned from, and those held out. */
function rowsOf(seed: string) {
  const random = Random.fromSeed(Number(seed), "unlabelled");
  const order = random.shuffle(Array.from({ length: all.numRows() }, (_, row) => row));
  const pick = (chosen: readonly number[]) =>
    tableFromColumns({
      text: chosen.map((row) => columnValues(all, "text")[row]),
      class: chosen.map((row) => columnValues(all, "class")[row]),
    });
  const learned = order.slice(heldOut);
  return {
    test: pick(order.slice(0, heldOut)),
    every: pick(learned),
    few: pick(learned.slice(0, Number(values.labelled))),
  };
}

const teacherOf = (seed: string) =>
  join(folder, `teacher-${values.rich ? "rich" : values.labelled}-${seed}`);

/** MiniLM as the default run trains it, on as many steps as the students take. */
async function teach(seed: string): Promise<number> {
  const { few, every, test } = rowsOf(seed);
  const out = teacherOf(seed);
  const known = await exists(join(out, "config.json"));
  const rows = values.rich ? every : few;
  const result = known
    ? await model(`file:${out}`).data(rows, task, { test }).adapt(head()).train({ epochs: 0 })
      .evaluate({ accuracy }).run({ quiet: true })
    : await model(base).data(rows, task, { test }).adapt(lora({ rank: 8 }))
      .train({ seed: Number(seed), epochs: values.rich ? 3 : 10 })
      .evaluate({ accuracy }).deploy(merged(out)).run({ quiet: true });
  await result.dispose();
  return result.scores.accuracy;
}

const extra = {
  ...(values.attention ? { attention: JSON.parse(values.attention) } : {}),
  ...(values.hidden ? { hidden: JSON.parse(values.hidden) } : {}),
};

async function student(
  seed: string,
  which: "few" | "every",
  isTaught: boolean,
): Promise<number> {
  const rows = rowsOf(seed);
  const own: Table = rows[which];
  const teacher = teacherOf(seed);
  const of = { teacher, temperature: Number(values.temperature), weight: 1 };
  const answersIn = join(folder, "answers");
  const learned = isTaught ? distillation(task, { ...of, ...extra, answersIn }) : task;
  const result = await model(values.cut ? base : `file:${teacher}`, { layers })
    .data(own, learned, { test: rows.test }).adapt(full())
    .train({
      seed: Number(seed),
      batchSize,
      learningRate: Number(values.rate),
      epochs: Number(values.epochs) * rows.every.numRows() / own.numRows(),
    })
    .evaluate({ accuracy }).run({ quiet: true });
  await result.dispose();
  return result.scores.accuracy;
}

const kinds: Readonly<Record<string, (seed: string) => Promise<number>>> = {
  "labelled rows": (seed) => student(seed, "few", false),
  "labelled rows, taught": (seed) => student(seed, "few", true),
  "all rows, taught": (seed) => student(seed, "every", true),
  "all rows with their labels": (seed) => student(seed, "every", false),
};

const { processor, cores } = describeMachine(1);
console.log(
  `${processor}, ${cores} cores; ${values.labelled} labelled rows, students of the layers ${values.layers} of the ` +
    `${
      values.cut ? "base" : "teacher"
    }, ${values.epochs} epochs over all rows at ${values.rate}, temperature ` +
    `${values.temperature}, ${JSON.stringify(extra)}`,
);
try {
  const found: Record<string, number>[] = [];
  for (const seed of values.seed) {
    const scores: Record<string, number> = { teacher: await teach(seed) };
    console.log(`seed ${seed}, teacher: ${scores.teacher.toFixed(4)}`);
    for (const [kind, train] of Object.entries(kinds)) {
      if (!(values.student?.includes(kind) ?? true)) continue;
      scores[kind] = await train(seed);
      console.log(`seed ${seed}, ${kind}: ${scores[kind].toFixed(4)}`);
    }
    found.push(scores);
  }
  const names = Object.keys(found[0]);
  const shown = (each: Record<string, number>) =>
    Object.fromEntries(names.map((name) => [name, each[name].toFixed(4)]));
  const means = names.map((name) => [name, mean(found.map((each) => each[name]))] as const);
  console.log(markdownTable([
    ...found.map((each, at) => [`seed ${values.seed[at]}`, shown(each)] as const),
    ["mean", shown(Object.fromEntries(means))],
  ]));
} finally {
  if (values.folder === undefined) await Deno.remove(folder, { recursive: true });
}
