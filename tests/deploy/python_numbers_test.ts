import assert from "node:assert/strict";
import { keepingFloats } from "../../lib/deploy/python_numbers.ts";

Deno.test("whole numbers that were written as floats stay floats", () => {
  const text =
    '{"factor":1.0,"theta":1e4,"layers":2,"rate":0.5,"rope":{"base":10000.0},"ids":[1,2.0]}';
  assert.equal(JSON.stringify(keepingFloats(text)), text);
  assert.equal(keepingFloats(text).layers, 2);
});
