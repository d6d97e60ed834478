/**
 * Folders that transformers and PEFT wrote open with their task, and answer with their numbers: texts are
 * made whose tokens are the golden ids.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { open, type QuestionAnswer, sentenceEmbeddings, type TaggedText } from "tunebook";
import type { HostTensor } from "../../../lib/engine/mod.ts";
import type { AnyTask } from "../../../lib/pipeline/plan_spec.ts";
import { goldenMethods, type HeadName } from "../../adapters/head_bases.ts";
import { goldenPath, headNames, readGolden } from "../../models/golden.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyTokenizer } from "../tiny.ts";

/** Both sides compute in float32; logits are below ten, probabilities below one. */
const tolerance = 1e-5;
const vocabSize = 30;
const labels = ["O", "B-PER", "I-PER"];
const tasks: Readonly<Record<HeadName, string>> = {
  tokens: "token-classification",
  span: "question-answering",
  embedding: "sentence-embeddings",
};
const meanOfTokens = sentenceEmbeddings({ anchor: "a", positive: "b", normalize: false });

/** A golden model with a tokenizer of the words t0 to t29, which adds nothing. */
async function wordsModel(folder: string, name: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) {
    await Deno.copyFile(goldenPath(`heads/${name}/${file}`), join(folder, file));
  }
  const tokens = Array.from({ length: vocabSize }, (_, id) => `t${id}`);
  const { model, ...rest } = tinyTokenizer();
  const tokenizer = {
    ...rest,
    added_tokens: [],
    post_processor: null,
    model: {
      ...model as object,
      unk_token: "t3",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
  await Deno.writeTextFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  return folder;
}

/** The words and the results of each golden row, padding left out. */
function rowsOf(golden: Readonly<Record<string, HostTensor>>) {
  const { input_ids: { shape: [rows, length], data: ids }, attention_mask, results } = golden;
  const outputs = results.shape[2];
  return Array.from({ length: rows }, (_, row) => {
    const at = Array.from({ length }, (_, token) => row * length + token)
      .filter((each) => attention_mask.data[each] === 1);
    return {
      words: at.map((each) => `t${ids[each]}`),
      results: at.map((each) =>
        Array.from(results.data.slice(each * outputs, (each + 1) * outputs) as Float32Array)
      ),
    };
  });
}

type Row = ReturnType<typeof rowsOf>[number];

function near(found: number, expected: number, what: string): void {
  assert.ok(Math.abs(found - expected) < tolerance, `${what} is ${found}, not ${expected}`);
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** What of a row is asked, and what Python's numbers say of the answer. */
const asked: Readonly<
  Record<HeadName, {
    readonly task?: AnyTask;
    input(row: Row): unknown;
    check(row: Row, answer: unknown): void;
  }>
> = {
  tokens: {
    input: ({ words }) => words.join(" "),
    check({ results }, answer) {
      const { words } = answer as TaggedText;
      assert.equal(words.length, results.length);
      results.forEach((logits, at) => {
        const best = Math.max(...softmax(logits));
        near(words[at].score, best, `the score of word ${at + 1}`);
        assert.equal(words[at].tag, labels[softmax(logits).indexOf(best)]);
      });
    },
  },
  span: {
    input: ({ words }) => ({ question: words[0], context: words.slice(1).join(" ") }),
    check({ results, words }, answer) {
      const spans = results.flatMap(([start], from) =>
        results.slice(from).flatMap(([, end], more) =>
          from === 0 ? [] : [{ logit: start + end, text: words.slice(from, from + more + 1) }]
        )
      ).sort((a, b) => b.logit - a.logit);
      const { nBest: [best] } = answer as QuestionAnswer;
      near(best.logit, spans[0].logit, "the logit of the answer");
      assert.equal(best.text, spans[0].text.join(" "));
    },
  },
  embedding: {
    task: meanOfTokens,
    input: ({ words }) => words.join(" "),
    check({ results }, answer) {
      (answer as Float32Array).forEach((number, at) => {
        const mean = results.reduce((sum, vector) => sum + vector[at], 0) / results.length;
        near(number, mean, `number ${at + 1}`);
      });
    },
  },
};

// Models without segments, which the golden rows of the others have at will.
for (const base of ["distilbert", "roberta", "xlm-roberta", "gpt2", "llama"]) {
  for (const head of headNames) {
    Deno.test(`${base}-${head}: a transformers folder opens with its task and its numbers`, () =>
      inFolder(async (folder) => {
        const name = `${base}-${head}`;
        const { task, input, check } = asked[head];
        const rows = rowsOf(await readGolden(`heads/${name}/expected.safetensors`));
        const opened = await open(await wordsModel(folder, name), { ...(task ? { task } : {}) });
        try {
          assert.equal(opened.task, tasks[head]);
          if (head === "tokens") assert.deepEqual(opened.labels, labels);
          const answers = await opened.predict(rows.map(input));
          rows.forEach((row, at) => check(row, answers[at]));
        } finally {
          await opened.dispose();
        }
      }));
  }
}

for (const base of ["gpt2", "llama"]) {
  for (const head of headNames) {
    Deno.test(`${base}-${head}: PEFT's folders open with their task and their numbers`, () =>
      inFolder(async (folder) => {
        const name = `${base}-${head}`;
        const { task, input, check } = asked[head];
        const reference = `file:${await wordsModel(folder, name)}`;
        for (const method of goldenMethods) {
          const place = goldenPath(`heads/${method}-${name}`);
          const rows = rowsOf(await readGolden(`heads/${method}-${name}/expected.safetensors`));
          const opened = await open(place, { base: reference, ...(task ? { task } : {}) });
          try {
            const answers = await opened.predict(rows.map(input));
            rows.forEach((row, at) => check(row, answers[at]));
          } finally {
            await opened.dispose();
          }
          const told = await open(place, { base: reference.replace(/^file:/, "") });
          assert.equal(told.task, tasks[head]);
          await told.dispose();
        }
      }));
  }
}
