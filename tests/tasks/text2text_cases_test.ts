import assert from "node:assert/strict";
import { tableFromRows } from "tunebook";
import { pairCases } from "../../lib/tasks/text2text/pair_cases.ts";

Deno.test("each source asks for its target", () => {
  const table = tableFromRows([{ en: "yes", de: "ja" }, { en: "", de: "?" }, {
    en: "no",
    de: "nein",
  }]);
  assert.deepEqual(pairCases(table, { source: "en", target: "de" }, "the test data"), [
    { row: 0, input: "yes", asked: "yes", references: ["ja"] },
    { row: 2, input: "no", asked: "no", references: ["nein"] },
  ]);
});
