/**
 * Lets transformers and PEFT compute the perplexity of the tiny decoders on small texts:
 * `make_perplexity.ts PYTHON` writes perplexity.json.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { goldenPath } from "../models/golden.ts";
import { reviews, tinyTokenizer } from "../pipeline/tiny.ts";

const [python = "python3"] = Deno.args;
const texts = reviews(12, 7).map(({ text }) => text);
const results: Record<string, unknown> = {};
const folder = await Deno.makeTempDir();
try {
  const [tokenizer, rows] = [join(folder, "tokenizer.json"), join(folder, "texts.json")];
  await Deno.writeTextFile(tokenizer, JSON.stringify(tinyTokenizer()));
  await Deno.writeTextFile(rows, JSON.stringify(texts));
  for (const name of ["gpt2", "gpt2-untied", "llama", "llama-tied"]) {
    const adapters = name.includes("-") ? [] : [goldenPath(`methods/lora-${name}`)];
    const { success, stdout } = await new Deno.Command(python, {
      args: [
        join(import.meta.dirname!, "perplexity.py"),
        ...[tokenizer, rows, goldenPath(`models/${name}`), ...adapters],
      ],
      stderr: "inherit",
    }).output();
    assert.ok(success, name);
    const { made_with, base, adapters: [adapted] } = JSON.parse(new TextDecoder().decode(stdout));
    results.made_with = made_with;
    results[name] = { base, ...(adapted === undefined ? {} : { adapted }) };
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
await writeFileAtomic(
  goldenPath("perplexity.json"),
  JSON.stringify({ ...results, texts }) + "\n",
);
