import { checkCells } from "../../lib/table/check_cells.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import assert from "node:assert/strict";

Deno.test("sets and maps are refused after charts, too: vega-lite gives all sets a toJSON", async () => {
  await import("vega-lite");
  for (const [value, part] of [[new Set([1]), "a Set"], [new Map([[1, 2]]), "a Map"]]) {
    const table = tableFromColumns({ a: [null, value] });
    assert.throws(
      () => checkCells(table, { allowsLoneSurrogates: true }),
      isMistake("input", `row 2, "a": ${part}`),
    );
  }
});
