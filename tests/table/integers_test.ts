import assert from "node:assert/strict";
import { plainIntegers } from "../../lib/table/integers.ts";

Deno.test("big integers become numbers only if all are exact", () => {
  const largest = 2n ** 53n - 1n;
  assert.deepEqual(plainIntegers([1n, -largest, largest, null]), [
    1,
    -Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    null,
  ]);
  assert.deepEqual(plainIntegers([1n, 2n ** 60n]), ["1", "1152921504606846976"]);
});

Deno.test("other columns stay as they are", () => {
  const values = ["a", 1.5, null];
  assert.equal(plainIntegers(values), values);
});

Deno.test("big integers in lists and objects follow the same rule", () => {
  const day = new Date(0);
  assert.deepEqual(plainIntegers([[1n, 2n], { a: 3n, day }, BigInt64Array.of(4n), null]), [
    [1, 2],
    { a: 3, day },
    [4],
    null,
  ]);
  assert.deepEqual(plainIntegers([[1n], { a: 2n ** 60n }]), [["1"], { a: "1152921504606846976" }]);
});
