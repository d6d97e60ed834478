import assert from "node:assert/strict";
import { join } from "node:path";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import { storedHead } from "../../lib/models/stored_head.ts";
import { goldenPath } from "./golden.ts";

/** The head of a golden model, with other fields in its config. */
async function headOf(name: string, head: string, fields: Record<string, unknown> = {}) {
  const folder = goldenPath(name);
  const { json, ...read } = await readModelConfig(join(folder, "config.json"));
  return await storedHead({ ...read, json: { ...json, ...fields }, weights: folder }, head);
}

const three = ["negative", "neutral", "positive"];

for (
  const family of ["bert", "distilbert", "roberta", "xlm-roberta", "gpt2-classes", "llama-classes"]
) {
  Deno.test(`${family}: a trained head has its size and its names`, async () => {
    const found = await headOf(`models/${family}`, "classification");
    assert.deepEqual(found, { outputs: 3, names: three });
    assert.equal(await headOf(`models/${family}`, "span"), undefined);
  });
}

Deno.test("a head for tokens, one of another class, and bodies without heads", async () => {
  const tokens = await headOf("heads/bert-tokens", "tokens");
  assert.equal(tokens?.outputs, 3);
  assert.equal(await headOf("heads/bert-tokens", "classification"), undefined);
  assert.equal(await headOf("heads/bert-embedding", "classification"), undefined);
  assert.equal(await headOf("heads/bert-embedding", "embedding"), undefined);
  assert.equal(await headOf("models/gpt2", "language"), undefined);
});

Deno.test("names count only where they name each number once", async () => {
  const namesOf = async (id2label: unknown) =>
    (await headOf("models/bert", "classification", { id2label }))!.names;
  assert.deepEqual(await namesOf({ 2: "c", 0: "a", 1: "b" }), ["a", "b", "c"]);
  for (
    const wrong of [
      undefined,
      null,
      [],
      "abc",
      { 0: "a", 1: "b" },
      { 0: "a", 1: "b", 2: "c", 3: "d" },
      { 0: "a", 1: "b", 2: "b" },
      { 0: "a", 1: "b", 2: 3 },
      { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" },
    ]
  ) assert.equal(await namesOf(wrong), undefined, JSON.stringify(wrong));
  const multi = await headOf("models/bert-multi-label", "classification");
  assert.equal(multi?.problemType, "multi_label_classification");
});
