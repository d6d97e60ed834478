import assert from "node:assert/strict";
import { tableFromRows } from "tunebook";
import { pairCases } from "../../lib/tasks/text2text/pair_cases.ts";

Deno.test("each source asks for its target", () => {
  const table = tableFromRows([{ en: "yes", de: "ja" }, { en: "no", de: "nein" }]);
  const columns = { source: "en", target: "de" };
  assert.deepEqual(pairCases(table, columns, "the test data"), [
    { row: 0, input: "yes", asked: "yes", references: ["ja"] },
    { row: 1, input: "no", asked: "no", references: ["nein"] },
  ]);
  const empty = tableFromRows([{ en: "", de: "?" }]);
  assert.throws(() => pairCases(empty, columns, "the test data"), /row 1: an empty text/);
});
