import assert from "node:assert/strict";
import { splitTable } from "../../lib/data/split.ts";
import { readLabels } from "../../lib/data/labels.ts";
import { pickRows, sourceRows, sourceTable } from "../../lib/table/source_rows.ts";
import { textColumn } from "../../lib/table/columns.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";

const numbers = { n: Array.from({ length: 20 }, (_, row) => row + 1) };

Deno.test("rows are counted as their source has them, however often they are cut", () => {
  const source = sourceTable(tableFromColumns(numbers), "f.csv");
  const splits = splitTable(source, { test: 0.3, validation: 0.2, seed: 7 });
  for (const table of Object.values(splits)) {
    const rows = sourceRows(table, "a split");
    assert.equal(rows.where, "f.csv");
    table.array("n").forEach((n: number, row: number) => {
      assert.equal(rows.numberOf(row), n);
      assert.equal(rows.placeOf(row), `row ${n} of f.csv`);
    });
    const again = sourceRows(pickRows(table, [3, 0]), "a split");
    assert.deepEqual([again.numberOf(0), again.numberOf(1)], [
      table.get("n", 3),
      table.get("n", 0),
    ]);
  }
});

Deno.test("a source is the table as it shows itself", () => {
  const table = tableFromColumns({ ...numbers, g: numbers.n.map((n) => n % 2) });
  const shown = table.filter((row: { n: number }) => row.n > 10).orderby("g").groupby("g");
  const source = sourceTable(shown, "the data");
  assert.equal(source.isGrouped(), false);
  assert.deepEqual(source.array("n"), [12, 14, 16, 18, 20, 11, 13, 15, 17, 19]);
  const picked = pickRows(shown, [5, 1]);
  assert.deepEqual(picked.array("n"), [11, 14]);
  assert.equal(sourceRows(pickRows(source, [5]), "x").numberOf(0), 6);
});

Deno.test("a table of no known source counts its own rows, and one has a name for each use", () => {
  const table = tableFromColumns(numbers);
  const picked = pickRows(table, [4]);
  assert.deepEqual(sourceRows(picked, "x").placeOf(0), "row 1 of x");
  const [first, second] = [sourceTable(table, "a"), sourceTable(table, "b")];
  assert.equal(sourceRows(first, "x").where, "a");
  assert.equal(sourceRows(second, "x").where, "b");
  assert.equal(sourceRows(table, "x").where, "x");
});

Deno.test("errors of texts and labels name the source's rows", () => {
  const source = sourceTable(
    tableFromColumns({ text: ["a", "b", " ", NaN], label: ["x", "y", "z", NaN] }),
    "f.csv",
  );
  const picked = pickRows(source, [1, 3, 2]);
  assert.throws(
    () => textColumn(picked, "text", { where: "the training data" }),
    isMistake("data", "of f.csv", "row 4: no value (NaN)", "row 3: an empty text"),
  );
  assert.throws(
    () => readLabels(picked, "label", "single", { where: "the training data" }),
    isMistake("data", "of f.csv", "row 4: no label (NaN)"),
  );
  assert.throws(
    () => readLabels(pickRows(source, [2]), "label", "single", { names: ["x", "y"] }),
    isMistake("data", 'row 3: unknown label "z"'),
  );
});
