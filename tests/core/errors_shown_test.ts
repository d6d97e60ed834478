import assert from "node:assert/strict";
import { mistakes, TunebookError } from "../../lib/core/errors.ts";
import { readTable } from "../../lib/table/read_table.ts";
import { inFolder } from "../weights/in_folder.ts";
import { join } from "node:path";

Deno.test("no error shows control characters or a value of 100,000 characters", () => {
  const value = `\x1b[2J${"x".repeat(100_000)}\u202e`;
  for (
    const error of [new TunebookError("data", value), mistakes("data", "wrong:", [value, "b"])]
  ) {
    assert.ok(error.message.length < 3000, `${error.message.length}`);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(error.message, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    assert.match(error.message, /\\u001b\[2Jx+ … \(\d+ characters\) … x+\\u202e/);
  }
  assert.match(mistakes("data", "wrong:", [value, "b"]).message, /\n {2}- b$/);
});

Deno.test("what a file holds reaches no terminal raw", () =>
  inFolder(async (folder) => {
    const path = join(folder, "rows.csv");
    await Deno.writeTextFile(path, `a,${"\x1b[31m"}b,${"\x1b[31m"}b\n1,2,3\n`);
    await assert.rejects(readTable(path), (error: Error) => {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(error.message, /\u001b/);
      return /\\u001b\[31mb/.test(error.message);
    });
  }));
