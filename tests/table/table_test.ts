import assert from "node:assert/strict";
import { nameMistakes, tableFromColumns, tableFromRows } from "../../lib/table/table.ts";

Deno.test("columns keep their order, also when names are numbers", () => {
  const table = tableFromColumns([["b", [1]], ["2", [2]], ["1", [3]]]);
  assert.deepEqual(table.columnNames(), ["b", "2", "1"]);
  assert.deepEqual(table.array("1"), [3]);
});

Deno.test("rows give the union of their keys", () => {
  const table = tableFromRows([{ a: 1 }, { b: 2, a: undefined }]);
  assert.deepEqual(table.objects(), [{ a: 1, b: null }, { a: null, b: 2 }]);
  assert.equal(tableFromRows([]).numRows(), 0);
});

Deno.test("all wrong columns are listed", () => {
  assert.throws(() => tableFromColumns([["a", [1, 2]], ["a", [1, 2]], ["c", [1]], ["", [1, 2]]]), {
    kind: "data",
    message: [
      "the table is not a table:",
      '  - columns 1 and 2 are both named "a"',
      "  - column 4 has no name",
      '  - column "c" has 1 rows, "a" has 2',
    ].join("\n"),
  });
});

Deno.test("names that objects cannot hold are refused", () => {
  assert.equal(nameMistakes(["__proto__"]).length, 1);
  assert.deepEqual(nameMistakes(["constructor", "toString", "a"]), []);
  assert.deepEqual(tableFromColumns({ constructor: [1] }).array("constructor"), [1]);
});
