import assert from "node:assert/strict";
import { searchFunctions } from "../../bench/search_functions.ts";
import { type MeasuredSearch, searchTable } from "../../bench/search_table.ts";

Deno.test("the functions have their least values where the literature says", () => {
  const { branin, hartmann6 } = searchFunctions;
  for (const [x, y] of [[-Math.PI, 12.275], [Math.PI, 2.275], [9.42478, 2.475]]) {
    assert.ok(Math.abs(branin.at({ x, y }) - branin.least) < 1e-6);
  }
  const best = [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573];
  const values = Object.fromEntries(best.map((value, place) => [`x${place}`, value]));
  assert.ok(Math.abs(hartmann6.at(values) - hartmann6.least) < 1e-5);
});

/** Searches of one side that ended with these regrets. */
const searchesOf = (side: MeasuredSearch["side"], regrets: readonly number[]) =>
  regrets.map((regret, seed): MeasuredSearch => ({
    side,
    sampler: "tpe",
    function: "branin",
    seed,
    bests: [9, 1 + regret],
    seconds: 0.5,
  }));
const cellsOf = (table: string) =>
  table.split("\n")[2].split("|").map((cell) => cell.trim()).slice(1, -1);

Deno.test("a row has the regrets of both sides and Wilcoxon's test of the pairs", () => {
  const table = searchTable(
    [
      ...searchesOf("tunebook", [0.1, 0.2, 0.3, 0.4, 0.5]),
      ...searchesOf("optuna", [0.2, 0.5, 0.9, 1.6, 2.5]),
    ],
    { branin: 1 },
  );
  assert.deepEqual(cellsOf(table), [
    "tpe, branin",
    ...["5", "0.30", "1.1", "0.30", "0.90", "5", "0", "0.063", "0.50", "0.50"],
  ]);
});

Deno.test("where a search found the least value, the regrets themselves are compared", () => {
  const table = searchTable(
    [
      ...searchesOf("tunebook", [0, 0, 0.25, 0.25, 0.5]),
      ...searchesOf("optuna", [0, 0.25, 0.5, 0.75, 0.75]),
    ],
    { branin: 1 },
  );
  const [, , mean, others, , , lower, same, p] = cellsOf(table);
  assert.deepEqual([mean, others, lower, same], ["0.20", "0.45", "4", "1"]);
  assert.equal(Number(p), 0.13); // of four differences on one side: 2 / 2⁴
});
