import assert from "node:assert/strict";
import { markdownTable } from "../../bench/markdown_table.ts";

Deno.test("a table has the columns of all rows, with numbers to the right", () => {
  const table = markdownTable([
    ["one", { "ours, ms": "12.5", way: "eager" }],
    ["two", { "ours, ms": "7.0", failed: "a | b\nc" }],
  ]);
  assert.equal(
    table,
    [
      "|     | ours, ms | way   | failed   |",
      "| --- | -------: | ----- | -------- |",
      "| one |     12.5 | eager |          |",
      "| two |      7.0 |       | a \\| b c |",
    ].join("\n"),
  );
});
