import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { eightBitCodes, type EightBitUse } from "../../lib/engine/eight_bit_weight.ts";

const [outFeatures, inFeatures] = [37, 70];

function numbersOf(seed: string): Float32Array {
  const random = Random.fromSeed(1, seed);
  return Float32Array.from({ length: outFeatures * inFeatures }, () => random.normal());
}

for (const use of ["forward", "backward", "rows"] as const satisfies readonly EightBitUse[]) {
  Deno.test(`codes for ${use} are the nearest ones, where that product reads them`, () => {
    const numbers = numbersOf(use);
    const { codes, scales } = eightBitCodes(use, numbers, [outFeatures, inFeatures]);
    for (let row = 0; row < outFeatures; row++) {
      for (let column = 0; column < inFeatures; column++) {
        const at = use === "forward" ? column * outFeatures + row : row * inFeatures + column;
        const scale = scales[use === "backward" ? column : row];
        const off = Math.abs(codes[at] * scale - numbers[row * inFeatures + column]);
        assert.ok(off <= scale / 2 * (1 + 1e-4), `[${row}, ${column}] is off by ${off / scale}`);
      }
    }
    const largest = (list: Int8Array) => list.reduce((most, code) => Math.max(most, code), 0);
    assert.equal(largest(codes.map((code) => Math.abs(code))), 127);
  });
}

Deno.test("a row and a column of zeros have the codes zero", () => {
  const numbers = numbersOf("zeros");
  numbers.fill(0, 2 * inFeatures, 3 * inFeatures);
  for (let row = 0; row < outFeatures; row++) numbers[row * inFeatures + 5] = 0;
  const rows = eightBitCodes("rows", numbers, [outFeatures, inFeatures]);
  assert.equal(rows.scales[2], 0);
  assert.ok(rows.codes.subarray(2 * inFeatures, 3 * inFeatures).every((code) => code === 0));
  const columns = eightBitCodes("backward", numbers, [outFeatures, inFeatures]);
  assert.equal(columns.scales[5], 0);
  assert.equal(columns.codes[5], 0);
});
