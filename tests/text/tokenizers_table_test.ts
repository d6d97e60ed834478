import assert from "node:assert/strict";
import { page, withTable } from "./tokenizers_table.ts";

Deno.test("docs/tokenizers.md has the table of the golden file", async () => {
  const text = await Deno.readTextFile(page);
  assert.equal(text, await withTable(text));
  assert.doesNotMatch(text, /\| [1-9]\d* \|$/m, "parts that differ are refused, not listed");
});
