import assert from "node:assert/strict";
import { readJson, readJsonLines } from "../../lib/table/json.ts";
import { lostKeys } from "../../lib/table/lost_keys.ts";
import { isMistake } from "../is_mistake.ts";

const found = (text: string) => lostKeys(text, JSON.parse(text));
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("keys that stand twice are found wherever they stand", () => {
  assert.deepEqual(found('{"a": 1, "b": 2, "a": 3}'), [{ key: "a" }]);
  assert.deepEqual(found('[{"a": 1}, {"b": {"c": 1, "c": 1}}]'), [{ key: "c", item: 1 }]);
  // The same key, written in two ways.
  assert.deepEqual(found(String.raw`[[], [{"\u0061" : 1, "a": 2, "a": [":"]}]]`), [
    { key: "a", item: 1 },
    { key: "a", item: 1 },
  ]);
});

Deno.test("a text of many letters stands in no key's way", () => {
  const letters = "a".repeat(10_000_000);
  assert.deepEqual(found(`{"a": "${letters}", "b": 1, "b": 2}`), [{ key: "b" }]);
});

Deno.test("what only looks like a key that stands twice is none", () => {
  const texts = [
    '{"a": "\\"a\\": 1, \\"a\\": 2"}',
    '{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
    '{"__proto__": 1, "constructor": 2, "": 3}',
    '["a:b", "c\\\\", {"d": "e:\\\\\\"f"}]',
    '{"1": 1, "01": 2, "A": 3, "a": 4}',
    "null",
    '" : "',
  ];
  for (const text of texts) assert.deepEqual(found(text), [], text);
  const deep = 50_000;
  assert.deepEqual(found("[".repeat(deep) + "]".repeat(deep)), []);
});

Deno.test("a row that has a key twice is an error that names it", () => {
  assert.throws(
    () => readJson(bytes('[{"text": "a"}, {"text": "b", "text": "c"}]'), "rows.json"),
    isMistake("data", "rows.json", 'row 2 has the key "text" twice'),
  );
  assert.throws(
    () => readJson(bytes('{"text": ["a"], "text": ["b"]}'), "columns.json"),
    isMistake("data", "columns.json", 'it has the key "text" twice'),
  );
  assert.throws(
    () => readJsonLines(bytes('{"n": 1}\n\n{"n": 1, "n": 9007199254740993}\n'), "rows.jsonl"),
    isMistake("data", "rows.jsonl", 'line 3 has the key "n" twice'),
  );
});
