import assert from "node:assert/strict";
import { utf16Offset } from "../../lib/text/code_points.ts";

Deno.test("offsets in code points become offsets in UTF-16 code units", () => {
  const text = "a😀b\ud83d"; // the last one is half of a pair
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => utf16Offset(text, at)), [0, 1, 3, 4, 5]);
  for (const at of [5, -1, 0.5, NaN]) assert.equal(utf16Offset(text, at), undefined);
});
