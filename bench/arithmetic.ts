/**
 * Sums learned by GRPO from a verifier: the small decoder is shown some sums, until it gets some right, and then only told which of
 * its own answers are. Numbers have two digits up to `--digit`, written apart, so that nothing is carried. `deno task bench:arithmetic`
 * goes on where it was stopped.
 *
 * @module
 */
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import {
  arithmetic,
  chat,
  full,
  grpo,
  merged,
  model,
  open,
  type RewardSample,
  splitTable,
  type Table,
  tableFromRows,
} from "tunebook";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import { isFile } from "../lib/weights/is_file.ts";
import { processorThreads } from "../lib/engine/mod.ts";
import { describeMachine, machineText } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { meanInterval } from "./steering_table.ts";

const { values } = parseArgs({
  options: {
    digit: { type: "string", default: "4" },
    shown: { type: "string", default: "0.75" },
    epochs: { type: "string", default: "6" },
    steps: { type: "string", default: "208" },
    rate: { type: "string", default: "3e-4" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "out/bench/arithmetic" },
  },
});

const heldOutShare = 0.2;
const writerRate = 1e-3;
const promptsOfStep = 16;
const groupSize = 8;
/** Two digits and the end token, and as many again for answers that go wrong. */
const maxNewTokens = 6;
/** Drawn answers to each held-out prompt. */
const drawn = 8;

/** A sum with the answer that is shown. */
type Sum = {
  readonly prompt: string;
  readonly answer: number;
};

/**
 * Whether a sum is right, and which share of its digits: by the first alone most groups of a model that begins have no
 * right answer, and so nothing to learn from. What goes on behind the number is wrong, else answers run on.
 */
const judge = arithmetic({ answer: "answer" });
const correct = Object.assign(
  (sample: RewardSample) =>
    sample.finished ? judge({ ...sample, completion: numberIn(sample.completion) }) : 0,
  { columns: judge.columns },
);
const digits = Object.assign(({ finished, completion, row }: RewardSample) => {
  const wanted = String(row.answer).padStart(2, "0");
  const given = numberIn(completion);
  if (!finished || given.length !== wanted.length) return 0;
  return [...wanted].filter((digit, at) => given[at] === digit).length / wanted.length;
}, { columns: judge.columns });

const seed = Number(values.seed);
const { train, test } = splitTable(tableFromRows(sums(Number(values.digit))), {
  test: heldOutShare,
  seed,
});
const start = [values.digit, values.shown, values.epochs, values.seed].join("_");
const writer = join(values.out, `shown_${start}`);
const seconds = { shown: await show(), rewarded: 0 };
console.log(machineText(describeMachine(processorThreads())));
const before = await open(`file:${writer}`);
const lines: [string, Record<string, string>][] = [
  ["after the shown sums", await scoresOf(before, (prompt) => [{ role: "user", content: prompt }])],
];
await before.dispose();
console.log(markdownTable(lines));
if (Number(values.steps) > 0) {
  const trained = await learn();
  lines.push([
    `after ${trained.steps} steps of GRPO`,
    await scoresOf(trained, (prompt) => prompt),
  ]);
  await trained.dispose();
  const costs =
    `processor seconds: ${seconds.shown.toFixed(0)} for the shown sums (0: made before), ` +
    `${seconds.rewarded.toFixed(0)} for GRPO; ${trained.rollout}`;
  const told = `${markdownTable(lines)}\n\n${costs}`;
  await writeFileAtomic(join(values.out, `arithmetic_${start}.md`), `${told}\n`);
  console.log(told);
}

/** All sums of two numbers of two digits. */
function sums(largest: number): Sum[] {
  const digits = Array.from({ length: largest + 1 }, (_, digit) => digit);
  const numbers = digits.flatMap((tens) => digits.map((units) => 10 * tens + units));
  return numbers.flatMap((a) =>
    numbers.map((b) => ({ prompt: `${apart(a)} + ${apart(b)} =`, answer: a + b }))
  );
}

/** A number of two digits, written apart: each digit is a token. */
function apart(number: number): string {
  return String(number).padStart(2, "0").split("").join(" ");
}

/** The number that digits written apart are. */
function numberIn(text: string): string {
  return text.replaceAll(" ", "");
}

/** Shows the model some sums with their answers; gives the processor seconds. */
async function show(): Promise<number> {
  if (await isFile(join(writer, "config.json"))) return 0;
  const begun = cpuUsage();
  const { test: shown } = splitTable(train, { test: Number(values.shown), seed: seed + 1 });
  const rows = (shown.objects() as Sum[]).map(({ prompt, answer }) => ({
    messages: [
      { role: "user", content: prompt },
      { role: "assistant", content: ` ${apart(answer)}` },
    ],
  }));
  const result = await model("tunebook:english")
    .data(tableFromRows(rows), chat({ messages: "messages", template: "plain" }), { test: 8 })
    .adapt(full())
    .train({
      ...{ epochs: Number(values.epochs), batchSize: 32, learningRate: writerRate },
      ...{ samples: 0, seed },
    })
    .deploy(merged(writer)).run();
  await result.dispose();
  return processorMilliseconds(begun) / 1000;
}

/** Lets the model answer sums and tells it which answers are right. */
async function learn() {
  const begun = cpuUsage();
  const steps = Number(values.steps);
  const epochs = Math.ceil(steps * promptsOfStep / train.numRows());
  const task = grpo({ prompt: "prompt", rewards: { correct, digits }, groupSize, maxNewTokens });
  const result = await model(`file:${writer}`)
    .data(train, task, { test })
    .adapt(full())
    .train({
      ...{ epochs, batchSize: promptsOfStep, learningRate: Number(values.rate) },
      ...{ schedule: "constant", samples: 0, seed },
      ...{ checkpoints: join(values.out, `steps_${start}_${steps}_${values.rate}`), resume: true },
    })
    .run();
  seconds.rewarded = processorMilliseconds(begun) / 1000;
  return result;
}

/** The share of held-out sums that are right, of the likeliest answers and of drawn ones. */
async function scoresOf(
  writes: { generate(inputs: readonly never[], options: object): Promise<{ text: string }[]> },
  asked: (prompt: string) => unknown,
): Promise<Record<string, string>> {
  const rows = (test as Table).objects() as Sum[];
  const inputs = rows.map(({ prompt }) => asked(prompt)) as never[];
  const rightOf = async (answers: number, options: object) => {
    const found = await writes.generate(inputs, { maxNewTokens, answers, ...options });
    return rows.map(({ answer }, row) => {
      const own = found.slice(row * answers, (row + 1) * answers);
      return own.filter(({ text }) => Number(numberIn(text)) === answer).length / answers;
    });
  };
  const inWords = (shares: readonly number[]) => {
    const { mean, low, high } = meanInterval(shares);
    return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  };
  return {
    "likeliest answers right": inWords(await rightOf(1, {})),
    "drawn answers right": inWords(await rightOf(drawn, { temperature: 1, seed: 1 })),
  };
}
