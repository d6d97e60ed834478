import { decimal, tableFromArrays, tableToIPC } from "@uwdata/flechette";
import assert from "node:assert/strict";
import { readArrow } from "../../lib/table/arrow.ts";
import {
  decimalNumber,
  integerOfBytes,
  readsDecimals,
  roundedDecimals,
} from "../../lib/table/decimals.ts";

Deno.test("decimals are the numbers nearest to what was written", () => {
  for (let cents = -2000; cents < 2000; cents++) {
    assert.equal(decimalNumber(BigInt(cents), 2), Number((cents / 100).toFixed(2)));
  }
  assert.equal(decimalNumber(7_000_000_000_000_000_000n, 18), 7);
  assert.equal(decimalNumber(12_345_678_901_234_567_890n, 10), 1234567890.123456789);
  assert.equal(roundedDecimals(7.000000000000001, 10), 7);
  assert.deepEqual(roundedDecimals([0.1 + 0.2, null], 1), [0.3, null]);
});

Deno.test("bytes are integers in two's complement", () => {
  assert.equal(integerOfBytes(Uint8Array.of(0xff, 0xfe)), -2n);
  assert.equal(integerOfBytes(Uint8Array.of(0x01, 0x00)), 256n);
  assert.equal(integerOfBytes(new Uint8Array()), 0n);
});

Deno.test("a Parquet column of decimals gives its integers and then exact numbers", () => {
  const column = { children: [], element: { type: "INT64", converted_type: "DECIMAL", scale: 2 } };
  const exact = readsDecimals(column);
  assert.equal("converted_type" in column.element, false);
  assert.deepEqual([1999n, null, -5].map(exact), [19.99, null, -0.05]);
  // Writers may leave the older of the two marks out.
  const logical = { type: "FIXED_LEN_BYTE_ARRAY", logical_type: { type: "DECIMAL", scale: 0 } };
  const whole = readsDecimals({ children: [], element: logical });
  assert.equal(whole(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1)), 2n ** 64n + 1n);
  const other = readsDecimals({ children: [], element: { type: "DOUBLE" } });
  assert.equal(other(0.1), 0.1);
});

Deno.test("decimals of Arrow are exact, and large ones without decimal places keep their digits", () => {
  const values = [7, 4.35, 8.41, -0.07, 19.99];
  const ids = [12345678901234567890n, 1n, 2n, 3n, 4n];
  const bytes = tableToIPC(
    tableFromArrays({ price: values, id: ids }, {
      types: { price: decimal(38, 18, 128), id: decimal(38, 0, 128) },
    }),
    {},
  )!;
  const table = readArrow(bytes, "prices.arrow");
  assert.deepEqual(table.array("price"), values);
  assert.deepEqual(table.array("id"), ids.map(String));
});
