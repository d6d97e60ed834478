/**
 * What a teacher is worth: MiniLM learns the sentiment sentences as the default run does, and students of three of its
 * layers learn them with it and without it (`deno run -A bench/measure_distillation.ts`). Prints the accuracy of
 * each on the held-out rows and how long its graph takes for one sentence on one thread, in turns.
 *
 *     --seed N           one seed; repeat for more
 *     --layers A,B,C     the teacher's layers that the students begin with, from 0 (1,3,5)
 *     --epochs N         epochs of the students
 *     --temperature T --weight W   of the distillation
 *     --folder PATH      keeps the teachers there, and takes those that are there
 *     --batch N          batch size of the students (16)
 *     --student KIND     one kind of student, such as "without"; repeat for more
 *     --latency          measures only how long the graphs take
 *     --cut              also students of the base's layers, which have nothing of the teacher but its answers
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  accuracy,
  distillation,
  full,
  head,
  lora,
  merged,
  model,
  onnx,
  textClassification,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { exists } from "../lib/core/exists.ts";
import { defaultsOf } from "../lib/cli/task_defaults.ts";
import { ort } from "../lib/engine/ort.ts";
import { loadTokenizer } from "../lib/text/tokenizer.ts";
import { describeMachine } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { mean } from "./mean.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: ["1", "2", "3"] },
    layers: { type: "string", default: "1,3,5" },
    epochs: { type: "string", default: "5" },
    rate: { type: "string", default: "1e-4" },
    temperature: { type: "string", default: "4" },
    weight: { type: "string", default: "0.9" },
    batch: { type: "string", default: "16" },
    student: { type: "string", multiple: true },
    latency: { type: "boolean", default: false },
    folder: { type: "string" },
    cut: { type: "boolean", default: false },
  },
});
const { model: base = "" } = defaultsOf("text-classification");
const layers = values.layers.split(",").map(Number);
const task = textClassification({ text: "text", label: "class" });
const rows = await sentiment();
const split = { seed: 1 };
const folder = values.folder ?? await Deno.makeTempDir({ prefix: "tunebook-distillation-" });
const teacherFolder = (seed: string) => join(folder, `teacher-${seed}`);
const of = { temperature: Number(values.temperature), weight: Number(values.weight) };

/** The kinds of students: where their layers are from, and what they learn. */
const kinds: Readonly<Record<string, (seed: string) => Promise<number>>> = values.latency ? {} : {
  "with its teacher": (seed: string) => student(`file:${teacherFolder(seed)}/merged`, seed, true),
  "without": (seed: string) => student(`file:${teacherFolder(seed)}/merged`, seed, false),
  ...(values.cut
    ? {
      "base's layers, with": (seed: string) => student(base, seed, true),
      "base's layers, without": (seed: string) => student(base, seed, false),
    }
    : {}),
};

/** The default run. */
async function teach(seed: string): Promise<number> {
  const out = teacherFolder(seed);
  if (await exists(`${out}/onnx`)) {
    const known = await model(`file:${out}/merged`).data(rows, task, split).adapt(head())
      .train({ epochs: 0 }).evaluate({ accuracy }).run({ quiet: true });
    await known.dispose();
    return known.scores.accuracy;
  }
  const result = await model(base).data(rows, task, split).adapt(lora({ rank: 8 }))
    .train({ seed: Number(seed) }).evaluate({ accuracy })
    .deploy(merged(`${out}/merged`), onnx(`${out}/onnx`)).run({ quiet: true });
  const { scores } = result;
  await result.dispose();
  return scores.accuracy;
}

async function student(reference: string, seed: string, isTaught: boolean): Promise<number> {
  const teacher = `${teacherFolder(seed)}/merged`;
  const learned = isTaught
    ? distillation(task, { teacher, ...of, answersIn: join(folder, "answers") })
    : task;
  const result = await model(reference, { layers }).data(rows, learned, split).adapt(full())
    .train({
      seed: Number(seed),
      epochs: Number(values.epochs),
      batchSize: Number(values.batch),
      learningRate: Number(values.rate),
    })
    .evaluate({ accuracy }).run({ quiet: true });
  const { scores } = result;
  await result.dispose();
  return scores.accuracy;
}

/** The graph of a student. How long it takes does not depend on what it has learned. */
async function exportStudent(seed: string): Promise<string> {
  const out = `${teacherFolder(seed)}/student`;
  const result = await model(`file:${teacherFolder(seed)}/merged`, { layers })
    .data(rows, task, split).adapt(full()).train({ epochs: 0 }).deploy(onnx(out))
    .run({ quiet: true });
  await result.dispose();
  return out;
}

const turns = 3;
const asked = 150;

/** Median milliseconds of a sentence for each graph, in turns of all sentences. */
async function latencies(folders: readonly string[]): Promise<number[]> {
  const [first] = folders;
  const tokenizer = await loadTokenizer({
    tokenizer: `${first}/tokenizer.json`,
    modelType: "bert",
    config: JSON.parse(await Deno.readTextFile(`${first}/config.json`)),
  });
  const texts = (rows.array("text") as string[]).slice(0, asked);
  const sessions = await Promise.all(
    folders.map((each) =>
      ort.InferenceSession.create(`${each}/onnx/model.onnx`, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
      })
    ),
  );
  const times: number[][] = folders.map(() => []);
  for (let turn = 0; turn <= turns; turn++) {
    for (const text of texts) {
      const ids = BigInt64Array.from(tokenizer.encode(text).ids, BigInt);
      const tensor = (data: BigInt64Array) => new ort.Tensor("int64", data, [1, data.length]);
      const feeds = {
        input_ids: tensor(ids),
        attention_mask: tensor(ids.map(() => 1n)),
        token_type_ids: tensor(ids.map(() => 0n)),
      };
      for (const [at, session] of sessions.entries()) {
        const start = performance.now();
        await session.run(feeds);
        // The first turn warms up.
        if (turn > 0) times[at].push(performance.now() - start);
      }
    }
  }
  for (const session of sessions) await session.release();
  return times.map(median);
}

const { processor, cores } = describeMachine(1);
console.log(
  `${processor}, ${cores} cores; students of the layers ${values.layers}, ${values.epochs} epochs at ` +
    `${values.rate}, temperature ${of.temperature}, weight ${of.weight}`,
);
try {
  const found: Record<string, number>[] = [];
  for (const seed of values.seed) {
    const scores: Record<string, number> = {};
    const note = (name: string, value: number) => {
      scores[name] = value;
      console.log(`seed ${seed}, ${name}: ${value.toFixed(4)}`);
    };
    note("teacher", await teach(seed));
    for (const [kind, train] of Object.entries(kinds)) {
      if (values.student?.includes(kind) ?? true) note(kind, await train(seed));
    }
    const student = await exportStudent(seed);
    const [whole, small] = await latencies([`${teacherFolder(seed)}/onnx`, student]);
    note("teacher ms", whole);
    note("student ms", small);
    found.push(scores);
  }
  const names = Object.keys(found[0]);
  const means = Object.fromEntries(
    names.map((name) => [name, mean(found.map((each) => each[name]))]),
  );
  const shown = (each: Record<string, number>) =>
    Object.fromEntries(names.map((name) => [name, each[name].toFixed(4)]));
  console.log(markdownTable([
    ...found.map((each, at) => [`seed ${values.seed[at]}`, shown(each)] as const),
    ["mean", shown(means)],
  ]));
  const shareOf = (name: string, of: string) => (means[name] / means[of]).toFixed(3);
  console.log(`latency ${shareOf("student ms", "teacher ms")} of the teacher's`);
  if (!values.latency && !values.student) {
    console.log(
      `accuracy ${shareOf("with its teacher", "teacher")} of the teacher's with it, ` +
        `${shareOf("without", "teacher")} without`,
    );
  }
} finally {
  if (values.folder === undefined) await Deno.remove(folder, { recursive: true });
}
