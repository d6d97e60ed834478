import assert from "node:assert/strict";
import parity from "../golden/parity.json" with { type: "json" };
import { bases, familyOf, methodTable } from "./method_table.ts";

Deno.test("every method was compared with PEFT on every base, in both directions", () => {
  const cells = Object.entries(methodTable).flatMap(([method, { gaps }]) =>
    bases.filter((base) => !gaps[familyOf(base)]).map((base) => `${method}-${base}`)
  );
  for (const found of [parity.read, parity.written] as Record<string, number>[]) {
    assert.deepEqual(Object.keys(found).sort(), cells.toSorted());
    for (const [cell, difference] of Object.entries(found)) {
      assert.ok(difference < parity.tolerance, `${cell} differs by ${difference}`);
    }
  }
});
