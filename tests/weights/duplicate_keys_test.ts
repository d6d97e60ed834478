import assert from "node:assert/strict";
import { duplicateKey } from "../../lib/weights/duplicate_keys.ts";

Deno.test("a repeated key is found in the object that it repeats in", () => {
  const cases: [string, string | undefined][] = [
    ['{"a":1,"b":2,"a":3}', "a"],
    ['{"a":{"x":1},"b":{"x":1,"x":2}}', "x"],
    ['{"a":{"x":1},"b":{"x":1},"c":["x","x"],"d":"x"}', undefined],
    [String.raw`{"a\"":1,"a\\":2,"a":3}`, undefined],
    [String.raw`{"a":1,"\u0061":2}`, "a"],
    ['{"a":[{"k":1},{"k":2}],"b":"a"}', undefined],
    ['{"a":[{"k":1,"k":2}]}', "k"],
    ['{"a:b,{":1,"a:b,{":2}', "a:b,{"],
    ["[]", undefined],
  ];
  for (const [json, key] of cases) assert.equal(duplicateKey(json), key, json);
});

Deno.test("texts of many megabytes are scanned", () => {
  const long = "x".repeat(20_000_000);
  assert.equal(duplicateKey(`{"a":"${long}","a":1}`), "a");
});
