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

Deno.test("integers beyond 2^53 keep their digits, as in other formats", () => {
  const ids = [9007199254740993n, 12345678901234567890n, 3n];
  const rows = ids.map((id) => `{"id":${id},"x":1.5e20}`);
  const wanted = ids.map(String);
  for (
    const table of [
      readJsonLines(bytes(rows.join("\n")), "f"),
      readJson(bytes(`[${rows}]`), "f"),
      readJson(bytes(`{"id":[${ids}],"x":[1.5e20,1.5e20,1.5e20]}`), "f"),
    ]
  ) {
    assert.deepEqual(table.array("id"), wanted);
    assert.deepEqual(table.array("x"), [1.5e20, 1.5e20, 1.5e20]);
  }
  // What a number holds exactly stays one, and so does what stands among fractions.
  const measured = readJson(bytes('{"x":[0.5,9007199254740993],"y":[10000000000000000,1]}'), "f");
  assert.deepEqual(measured.array("x"), [0.5, 9007199254740992]);
  assert.deepEqual(measured.array("y"), [1e16, 1]);
});

Deno.test("says what a file is that is no such JSON (D8)", () => {
  const cases: [(bytes: Uint8Array, source: string) => unknown, string, RegExp][] = [
    [readJsonLines, '[\n{"a":1},\n{"a":2}\n]', /it is one JSON document: name it \.json/],
    [readJsonLines, '{\n"a": [1,\n2]\n}', /it is one JSON document/],
    [readJsonLines, "text,label\na,b\n", /it begins with "text,label", as CSV does/],
    [readJson, "text;label\na;b\n", /it begins with "text;label", as CSV does/],
    [readJson, '{"a":1}\n\n{"a":2}\n', /is JSON Lines/],
    [readJson, '{"text":"a","label":"b"}', /a single row is written as \[\{…\}\]/],
  ];
  for (const [read, text, message] of cases) {
    assert.throws(() => read(bytes(text), "f"), message, text);
  }
});
