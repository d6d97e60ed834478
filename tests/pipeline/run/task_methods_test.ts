import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adalora,
  adapter,
  answerF1,
  bitfit,
  cosineSpearman,
  full,
  head,
  ia3,
  lora,
  merged,
  type Method,
  type Metric,
  model,
  peft,
  prefixTuning,
  promptTuning,
  pTuning,
  qlora,
  questionAnswering,
  sentenceEmbeddings,
  type Table,
  tableFromRows,
  tokenAccuracy,
  tokenClassification,
  vera,
} from "tunebook";
import type { ModelOptions } from "../../../lib/pipeline/model.ts";
import type { AnyTask } from "../../../lib/pipeline/plan_spec.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
/** Two steps. */
const settings = { epochs: 1, batchSize: 4, learningRate: 1e-2 };
const tokens = 2;
const low = { rank: 2 };
/** The same graph runs again on the numbers of a file; PiSSA's are of a LoRA of twice the rank. */
const tolerance = 1e-4;

/** A method and what is special about it. */
interface TestedMethod {
  readonly method: Method;
  /** True for methods that act on a decoder in another way, or whose folder says so. */
  readonly onDecoders?: true;
  /** How the base is held when the folder is opened again. */
  readonly quantize?: "nf4";
  /** False for methods that are no PEFT adapter: the model is reopened as a whole. */
  readonly isAdapter?: false;
}

const methods: Readonly<Record<string, TestedMethod>> = {
  lora: { method: lora(low), onDecoders: true },
  dora: { method: lora({ ...low, dora: true }) },
  pissa: { method: lora({ ...low, start: "pissa" }) },
  adalora: {
    method: adalora({
      initialRank: 4,
      targetRank: 2,
      initialSteps: 0,
      finalSteps: 0,
      interval: 1,
    }),
  },
  vera: { method: vera({ rank: 4 }) },
  ia3: { method: ia3() },
  bitfit: { method: bitfit() },
  "prompt tuning": { method: promptTuning({ tokens }), onDecoders: true },
  "P-tuning": { method: pTuning({ tokens, hidden: 8 }) },
  "prefix tuning": { method: prefixTuning({ tokens }), onDecoders: true },
  qlora: { method: qlora(low), quantize: "nf4", onDecoders: true },
  head: { method: head(), isAdapter: false },
  full: { method: full(), isAdapter: false, onDecoders: true },
};

const rowCount = 8;
const words = ["lovely", "zoe", "was", "the", "film", "and", "good", "price"];

function rowsOf<Row extends Record<string, unknown>>(of: (row: number) => Row): Table {
  return tableFromRows(Array.from({ length: rowCount }, (_, row) => of(row)));
}

/** Words in an order of their own for each row. */
function turned(row: number): string[] {
  return words.map((_, at) => words[(at * 3 + row) % words.length]).slice(0, 3 + row % 4);
}

const tags = rowsOf((row) => ({
  words: turned(row),
  tags: turned(row).map((word) => word === "zoe" ? "B-PER" : "O"),
}));
const questions = rowsOf((row) => {
  const context = turned(row).join(" ");
  const text = [turned(row)[1]];
  return {
    question: "what was it",
    context,
    answers: { text, answer_start: [context.indexOf(text[0])] },
  };
});
const pairs = rowsOf((row) => ({
  first: turned(row).join(" "),
  second: turned(row + 1 + row % 3).join(" "),
  score: row / rowCount,
}));

interface TestedTask {
  readonly task: AnyTask;
  readonly rows: Table;
  // deno-lint-ignore no-explicit-any
  readonly metric: Metric<number, any>;
  readonly inputs: readonly unknown[];
}

const tasks: Readonly<Record<string, TestedTask>> = {
  "token classification": {
    task: tokenClassification({ tokens: "words", tags: "tags" }),
    rows: tags,
    metric: tokenAccuracy,
    inputs: ["lovely zoe was the film", ["good", "zoe"]],
  },
  "question answering": {
    task: questionAnswering({ unanswerable: false }),
    rows: questions,
    metric: answerF1,
    inputs: [{ question: "what was it", context: "lovely zoe was the film" }],
  },
  "sentence embeddings": {
    task: sentenceEmbeddings({ first: "first", second: "second", score: "score" }),
    rows: pairs,
    metric: cosineSpearman,
    inputs: ["lovely zoe", "the price was good and the film"],
  },
};

/** All numbers of an answer, in their order. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersOf);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((number, i) => Math.abs(number - b[i])));
}

for (const [title, { task, rows, metric, inputs }] of Object.entries(tasks)) {
  for (const [name, tested] of Object.entries(methods)) {
    for (const family of tested.onDecoders ? ["bert", "gpt2"] : ["bert"]) {
      const leavesNothing = name === "head" && title === "sentence embeddings";
      const { method, quantize, isAdapter = true } = tested;
      Deno.test(`${name} of ${family} learns ${title}, scores, and opens again`, () =>
        inFolder(async (folder) => {
          const reference = await tinyModel(join(folder, "base"), family);
          const on = (reference: string, method: Method, options: ModelOptions = {}) =>
            model(reference, options).data(rows, task, { test: rows }).adapt(method);
          const place = join(folder, "deployed");
          const target = isAdapter ? adapter(place) : merged(place);
          const plan = on(reference, method).train(settings).evaluate({ metric }).deploy(target);
          if (leavesNothing) {
            await assert.rejects(plan.run(quiet), isMistake("input", "nothing to train", "head"));
            return;
          }
          const result = await plan.run(quiet);
          assert.equal(result.losses.length, 2);
          assert.ok(result.losses.every(Number.isFinite), String(result.losses));
          const [receipt] = result.receipts;
          assert.ok(receipt.largestDifference < tolerance, String(receipt.largestDifference));
          const answers = numbersOf(await result.predict(inputs));
          assert.ok(answers.length >= inputs.length && answers.every(Number.isFinite));

          const again = isAdapter
            ? on(reference, peft(place), quantize ? { quantize } : {})
            : on(`file:${place}`, full());
          const reopened = await again.train({ epochs: 0 }).evaluate({ metric }).run(quiet);
          assert.ok(Math.abs(reopened.scores.metric - result.scores.metric) < tolerance);
          const found = numbersOf(await reopened.predict(inputs));
          const difference = largestDifference(found, answers);
          assert.ok(difference < tolerance, `answers differ by ${difference}`);
          await reopened.dispose();
          await result.dispose();
        }));
    }
  }
}
