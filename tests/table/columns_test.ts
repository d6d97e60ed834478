import assert from "node:assert/strict";
import { columnValues, requireColumns, textColumn } from "../../lib/table/columns.ts";
import { tableFromColumns } from "../../lib/table/table.ts";

const table = tableFromColumns({ text: ["b", "a", "c"], label: [1, 0, 1] });

Deno.test("accepts columns that exist", () => {
  requireColumns(table, ["label", "text"], "reviews.csv");
  requireColumns(table, [], "reviews.csv");
});

Deno.test("reports all missing columns, each with the likely name", () => {
  assert.throws(() => requireColumns(table, ["texts", "text", "lable", "zzzzzz"], "reviews.csv"), {
    kind: "data",
    message: [
      'reviews.csv has the columns "text", "label", but',
      '  - no column "texts" (did you mean "text"?)',
      '  - no column "lable" (did you mean "label"?)',
      '  - no column "zzzzzz"',
    ].join("\n"),
  });
});

Deno.test("reports every row that holds no text", () => {
  const values = ["ok", null, 3, "", " \n", ["x"], undefined, true];
  assert.throws(() => textColumn(tableFromColumns({ t: values }), "t", { where: "f.csv" }), {
    kind: "data",
    message: [
      'the column "t" of f.csv must hold texts; correct or remove these 7 of 8 rows:',
      "  - row 2: no value",
      "  - row 3: a number, not a text",
      "  - row 4: an empty text",
      "  - row 5: an empty text",
      "  - row 6: an array, not a text",
      "  - row 7: no value",
      "  - row 8: a boolean, not a text",
    ].join("\n"),
  });
});

Deno.test("accepts blank texts when asked to", () => {
  const blank = tableFromColumns({ t: ["", "a"] });
  assert.deepEqual(textColumn(blank, "t", { allowEmpty: true }), ["", "a"]);
});

Deno.test("follows the table's filter and order", () => {
  const shown = table.filter((row: { label: number }) => row.label === 1).orderby("text");
  assert.deepEqual(textColumn(shown, "text"), ["b", "c"]);
  assert.deepEqual(columnValues(shown.reify(), "label"), [1, 1]);
});
