import assert from "node:assert/strict";
import { inferColumn, readSeparated } from "../../lib/table/csv.ts";

const read = (text: string, separator: "," | "\t" = ",") =>
  readSeparated(new TextEncoder().encode(text), "reviews.csv", separator);

Deno.test("reads quotes, line breaks in cells, blank lines, CRLF and a byte order mark", () => {
  const table = read('\ufefftext,n\r\n"a, ""b""",1\r\n\r\n"two\nlines",2\r\n');
  assert.deepEqual(table.objects(), [{ text: 'a, "b"', n: 1 }, { text: "two\nlines", n: 2 }]);
});

Deno.test("reads tabs, with commas as text", () => {
  assert.deepEqual(read("a\tb\n1,5\tx\n", "\t").objects(), [{ a: "1,5", b: "x" }]);
});

Deno.test("keeps spaces in texts and drops them around names", () => {
  assert.deepEqual(read(" text , n \n  hi , 2 \n").objects(), [{ text: "  hi ", n: 2 }]);
});

Deno.test("a header without rows is an empty table with its columns", () => {
  const table = read("text,label\n");
  assert.equal(table.numRows(), 0);
  assert.deepEqual(table.columnNames(), ["text", "label"]);
});

Deno.test("infers numbers and booleans only where every cell agrees", () => {
  const cases: [string[], unknown[]][] = [
    [["1", "-2.5", ".5", "3.", "1e3", ""], [1, -2.5, 0.5, 3, 1000, null]],
    [["true", "False", ""], [true, false, null]],
    [["1", "two"], ["1", "two"]],
    [["007", "12"], ["007", "12"]],
    [["+49", "1"], ["+49", "1"]],
    [["9007199254740993", "1"], ["9007199254740993", "1"]],
    [["NaN", "1"], ["NaN", "1"]],
    [["Infinity"], ["Infinity"]],
    [["1e999"], ["1e999"]],
    [["0x10"], ["0x10"]],
    [["-"], ["-"]],
    [["."], ["."]],
    [["true", "1"], ["true", "1"]],
    [["", ""], ["", ""]],
    [["0", "0.0", "-0.5"], [0, 0, -0.5]],
  ];
  for (const [cells, values] of cases) assert.deepEqual(inferColumn(cells), values);
});

Deno.test("names all rows of the wrong length by the line on which they begin", () => {
  assert.throws(
    () => read('a,b\n"x\ny",1\n1,2,3\n\n"one\ncell"\n'),
    (error: Error) => {
      assert.match(error.message, /line 4: 3 cells instead of 2/);
      assert.match(error.message, /line 6: 1 cells instead of 2/);
      return true;
    },
  );
});

Deno.test("names the line of a quote that is never closed", () => {
  assert.throws(() => read('a,b\n1,2\n3,"open\n4,5\n'), /reviews\.csv, line 3: a quoted cell/);
});
