/**
 * Asks every kind of folder on texts, as its reader does: `make_texts.ts PYTHON` → texts.json, the largest
 * difference from `predict` of each family, task and target. Python's own pipelines and
 * sentence-transformers answer for the folders that Python opens; for `onnx` the receipt has
 * transformers.js' answers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  lora,
  merged,
  model,
  onnx,
  sentenceTransformers,
  type TaggedText,
} from "tunebook";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import {
  anyReaderTask,
  longText,
  maxTokens,
  readerRows,
  type ReaderTask,
} from "../deploy/reader_rows.ts";
import { tinyModel } from "../pipeline/tiny.ts";

const families = ["bert", "distilbert", "roberta", "xlm-roberta", "gpt2-classes", "llama-classes"];
/** Both sides compute in float32. */
const tolerance = 1e-5;
const texts = [
  "good",
  "It was a lovely, lovely film.",
  "naïve café 很好 😀",
  "the bad place",
  longText,
];
const pairs = [["good", "the film"], ["it was lovely", longText], [longText, "bad"], [
  longText,
  longText,
]];

const rows = readerRows(60);
const inputsOf: Readonly<Record<ReaderTask, readonly unknown[]>> = {
  labels: texts,
  pairs,
  several: texts,
  numbers: texts,
  tags: texts.slice(0, 4),
  answers: texts.slice(1, 4).map((context) => ({ question: "it was ?", context })),
  vectors: texts,
};

interface Request {
  readonly kind: string;
  readonly task: string;
  readonly folder: string;
  readonly base: string;
  readonly inputs: readonly unknown[];
}

const [python = "python3"] = Deno.args;
const folder = await Deno.makeTempDir();
try {
  const results = await compared();
  await writeFileAtomic(
    join(import.meta.dirname!, "texts.json"),
    JSON.stringify(results, null, 1) + "\n",
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function compared() {
  const requests: Request[] = [];
  const wanted: { name: string; answers: readonly unknown[] }[] = [];
  const differences: Record<string, number> = {};
  for (const family of families) {
    const base = join(folder, family);
    const reference = await tinyModel(base, family);
    for (const [name, task] of Object.entries(anyReaderTask)) {
      const inputs = inputsOf[name as ReaderTask];
      const at = (target: string) => join(folder, `${family}-${name}-${target}`);
      const isVectors = name === "vectors";
      const targets = isVectors
        ? [sentenceTransformers(at("sentence")), onnx(at("onnx"))]
        : [adapter(at("adapter")), merged(at("merged")), onnx(at("onnx"))];
      const result = await model(reference).data(rows, task, { test: rows }).adapt(
        lora({ rank: 2 }),
      )
        .train({ epochs: 2, learningRate: 1e-2, maxTokens }).deploy(...targets)
        .run({ quiet: true });
      const answers = await result.predict(inputs);
      differences[`${family}, ${name}, onnx`] =
        result.receipts.at(-1)!.reader!.answers!.largestDifference;
      await result.dispose();
      for (const { name: kind, folder } of targets.filter(({ name }) => name !== "onnx")) {
        wanted.push({ name: `${family}, ${name}, ${kind}`, answers });
        requests.push({
          kind: isVectors ? "sentence" : kind,
          task: task.name,
          folder,
          base,
          inputs,
        });
      }
    }
  }
  const file = join(folder, "requests.json");
  await Deno.writeTextFile(file, JSON.stringify(requests));
  const { made_with, answers } = await asked(file);
  answers.forEach((found, at) => {
    const { name, answers } = wanted[at];
    differences[name] = Math.max(...found.map((each, i) => difference(each, answers[i], name)));
  });
  for (const [name, found] of Object.entries(differences)) {
    assert.ok(found < tolerance, `${name}: ${found}`);
  }
  return { made_with, differences };
}

async function asked(file: string): Promise<{ made_with: string; answers: unknown[][] }> {
  const { success, stdout } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "check_texts.py"), file],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Python could not ask what was deployed");
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/** The largest difference of a score; infinite where a name is another. */
function difference(found: unknown, answer: unknown, name: string): number {
  const far = (a: number, b: number) => Math.abs(a - b) >= 0 ? Math.abs(a - b) : Infinity;
  if (answer instanceof Float32Array) {
    return Math.max(...answer.map((value, at) => far(value, (found as number[])[at])));
  }
  if (name.includes("answers")) {
    const [best] = (answer as { nBest: { text: string; score: number }[] }).nBest;
    const { text, score } = found as { text: string; score: number };
    return text === best.text ? far(score, best.score) : Infinity;
  }
  if (name.includes("tags")) {
    const { spans } = answer as TaggedText;
    const own = (found as { entity: string; score: number }[]).filter(({ entity }) =>
      entity !== "O"
    );
    if (spans.length !== own.length) return Infinity;
    return Math.max(0, ...own.map(({ score }, at) => far(score, spans[at].score)));
  }
  const { probabilities } = answer as { probabilities: Record<string, number> };
  const scores = found as Record<string, number>;
  return Math.max(
    ...Object.entries(probabilities).map(([label, value]) => far(value, scores[label])),
  );
}
