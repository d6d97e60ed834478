import assert from "node:assert/strict";
import parity from "../golden/parity.json" with { type: "json" };
import { goldenMethods, headBases } from "./head_bases.ts";
import { bases, familyOf, methodTable } from "./method_table.ts";

Deno.test("every method was compared with PEFT on every base and head, in both directions", () => {
  const cellsOf = (names: readonly string[], chosen = Object.keys(methodTable)) =>
    chosen.flatMap((method) =>
      names.filter((base) => !methodTable[method].gaps[familyOf(base)])
        .map((base) => `${method}-${base}`)
    );
  const heads = headBases.map(({ name }) => name);
  const expected: [Record<string, number>, string[]][] = [
    // PEFT's own folders with heads on tokens are of some methods.
    [parity.read, [...cellsOf(bases), ...cellsOf(heads, [...goldenMethods])]],
    [parity.written, [...cellsOf(bases), ...cellsOf(heads)]],
  ];
  for (const [found, cells] of expected) {
    assert.deepEqual(Object.keys(found).sort(), cells.toSorted());
    for (const [cell, difference] of Object.entries(found)) {
      assert.ok(difference < parity.tolerance, `${cell} differs by ${difference}`);
    }
  }
});
