import assert from "node:assert/strict";
import { readJson, readJsonLines } from "../../lib/table/json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("reads rows; keys that a row lacks are null", () => {
  const table = readJson(bytes('[{"a":1,"tags":["x"]},{"b":"y","a":null}]'), "f.json");
  assert.deepEqual(table.columnNames(), ["a", "tags", "b"]);
  assert.deepEqual(table.objects(), [
    { a: 1, tags: ["x"], b: null },
    { a: null, tags: null, b: "y" },
  ]);
});

Deno.test("reads an object of columns", () => {
  const table = readJson(bytes('{"text":["a","b"],"label":[0,1]}'), "f.json");
  assert.deepEqual(table.objects(), [{ text: "a", label: 0 }, { text: "b", label: 1 }]);
});

Deno.test("reads lines, with blank ones between and CRLF", () => {
  const table = readJsonLines(bytes('{"a":1}\r\n\n{"a":2}'), "f.jsonl");
  assert.deepEqual(table.array("a"), [1, 2]);
});

Deno.test("lists every bad line", () => {
  assert.throws(() => readJsonLines(bytes('{"a":1}\n{"a":\n{"a":3}\nnope\n'), "f.jsonl"), (
    error: Error,
  ) => {
    assert.match(error.message, /line 2: /);
    assert.match(error.message, /line 4: /);
    assert.doesNotMatch(error.message, /line [13]: /);
    return true;
  });
});

Deno.test("an empty list is a table without rows and columns", () => {
  assert.equal(readJson(bytes("[]"), "f.json").numRows(), 0);
  assert.equal(readJsonLines(bytes(""), "f.jsonl").numRows(), 0);
});
