import assert from "node:assert/strict";
import { families } from "../../lib/models/mod.ts";
import { goldenPath } from "../models/golden.ts";

const { newTokens, models } = JSON.parse(await Deno.readTextFile(goldenPath("written.json"))) as {
  newTokens: number;
  models: Record<string, { prompts: number; same: number }>;
};

// `deno task golden written` lets both sides write; the models are too many to keep.
Deno.test("every family was seen to write transformers' tokens, 64 behind 200 prompts", () => {
  assert.equal(newTokens, 64);
  for (const [name, { prompts, same }] of Object.entries(models)) {
    assert.ok(prompts === 200 && same === prompts, `${name}: ${same} of ${prompts}`);
  }
  const writing = families.filter(({ heads }) => heads.language).map(({ modelType }) => modelType);
  // Of Gemma 3 with images only the texts are read, by gemma3_text.
  const missing = writing.filter((name) => name !== "gemma3" && !Object.hasOwn(models, name));
  assert.deepEqual(missing, []);
});
