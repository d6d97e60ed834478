import assert from "node:assert/strict";
import { readSeparated, type SeparatedOptions } from "../../lib/table/csv.ts";
import { inferColumn } from "../../lib/table/infer_column.ts";
import { isMistake } from "../is_mistake.ts";

const read = (text: string, separator = ",", options: Partial<SeparatedOptions> = {}) =>
  readSeparated(new TextEncoder().encode(text), "reviews.csv", { separator, ...options });

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
      assert.match(error.message, /line 6: 1 cell instead of 2/);
      return true;
    },
  );
});

Deno.test("names the line of a quote that is never closed", () => {
  assert.throws(() => read('a,b\n1,2\n3,"open\n4,5\n'), /reviews\.csv, line 3: a quoted cell/);
});

Deno.test("line ends may change within a file, and quoted cells keep theirs (D2)", () => {
  const wanted = [{ a: "1\r\nx", b: "p" }, { a: "2", b: "q" }, { a: "3\nx", b: "r" }];
  assert.deepEqual(read('a,b\n"1\r\nx",p\r\n2,q\r"3\nx",r').objects(), wanted);
  assert.deepEqual(read('a,b\r\n"1\r\nx",p\n2,q\n"3\nx",r\r\n').objects(), wanted);
  assert.deepEqual(read('a,b\r\r\n"1\r\nx",p\r\r\n2,q\r\r\n"3\nx",r').objects(), wanted);
  // Lines are counted as they stand, whatever their ends are.
  assert.throws(
    () => read('a,b\n"1\r\nx",p\r\n2\r\n\r\n3,4,5\r"6" 7,8\n', ",", { quote: "'" }),
    isMistake("data", "line 2: 1 cell ", "line 4: 1 cell", "line 6: 3 cells"),
  );
  assert.throws(
    () => read('a,b\n"1\r\nx",p\r\n2,3\r"6" 7,8\n'),
    isMistake("data", "reviews.csv, line 5: text follows a closing quote"),
  );
  // In one column nothing tells whether a lone carriage return ends a line.
  assert.deepEqual(read("a\rb\rc").array("a"), ["b", "c"]);
  assert.throws(
    () => read("a\nb\rc\nd\n"),
    isMistake("data", "one column and carriage returns", "line 2"),
  );
});

Deno.test("quotes that are text lose no rows (D3)", () => {
  const rows = 'first\tpos\n"second\tneg\nthird"\tpos\nfourth\tneg\n';
  const wanted = ["first", '"second', 'third"', "fourth"];
  assert.deepEqual(read(`text\tlabel\n${rows}`, "\t").array("text"), wanted);
  assert.deepEqual(read(`text\tlabel\n${rows}`, "\t", { quote: false }).array("text"), wanted);
  const asked = read(`text\tlabel\n${rows}`, "\t", { quote: '"' });
  assert.deepEqual(asked.array("text"), ["first", "second\tneg\nthird", "fourth"]);
  // A quote within a cell, or behind one, is no quoting either.
  const inner = 'text\tlabel\nsay "hi"\tpos\n"Great" film\tneg\n"open\tpos\n';
  assert.deepEqual(read(inner, "\t").array("text"), ['say "hi"', '"Great" film', '"open']);
  // Quotes that are quotes stay such.
  assert.deepEqual(read('a\tb\n"two\nlines"\tx\n', "\t").array("a"), ["two\nlines"]);
  assert.deepEqual(read('a\tb\n"x"\ty\n', "\t").array("a"), ["x"]);
  // Rows may stand between two quotes also where another line is wrong.
  const swallowed = 'text\tlabel\n"first\tpos\none\ttoo\tmany\nlast"\tneg\n';
  assert.throws(
    () => read(swallowed, "\t"),
    isMistake("data", "quoted cells with tabs and line ends", "line 2", "quote: false"),
  );
  assert.equal(read(swallowed, "\t", { quote: '"' }).numRows(), 1);
  const code = 'code\tlabel\n"if x:\n\treturn y\n\tz"\tpython\n';
  assert.deepEqual(read(code, "\t").array("code"), ["if x:\n\treturn y\n\tz"]);
  const commas = 'text,label\nfirst,pos\n"second,neg\nthird",pos\n';
  assert.throws(
    () => read(commas),
    isMistake("data", 'has 3 rows if its quotes (") are text, and 2 if', "quote: false"),
  );
  assert.equal(read(commas, ",", { quote: false }).numRows(), 3);
  assert.equal(read(commas, ",", { quote: '"' }).numRows(), 2);
  assert.equal(read("a,b\n'x,y',z\n", ",", { quote: "'" }).array("a")[0], "x,y");
});

Deno.test("a blank line of a single column is an empty cell (D7)", () => {
  assert.deepEqual(read("text\na\n\nb\n").array("text"), ["a", "", "b"]);
  assert.deepEqual(read("\n\ntext\r\n\r\n1\r\n\r\n\r\n").array("text"), [null, 1]);
  assert.deepEqual(read('text\n""\na\n""\n\n').array("text"), ["", "a", ""]);
  assert.equal(read("text\n\n\n").numRows(), 0);
});

Deno.test("what a file is and what to do stands in the error (D8)", () => {
  const cases: [string, RegExp][] = [
    [
      '"text";"label"\n"a";"b"\n',
      /seems to be separated by ";"; save it with commas, or .*separator: ";"/,
    ],
    ["text;label\na,b;c\n", /seems to be separated by ";"/],
    ['"text"\t"label"\n"a"\t"b"\n', /seems to be separated by "\\t"/],
    ['{"text":"a","label":"b"}\n', /seems to be JSON Lines: name it \.jsonl/],
    ['[{"text":"a","label":"b"}]\n', /seems to be JSON: name it \.json/],
    ["text,label\n1,a,b\n2,c,d\n", /one cell more than the first line.*as R writes them/],
    ["te\rxt\nabc,d\n", /./],
    ['"a\u200bb","a\u200bb"\n1,2\n', /both named "a\\u200bb"/],
  ];
  for (const [text, message] of cases) assert.throws(() => read(text), message, text);
  assert.deepEqual(read('"a";"b"\n"x";"1"\n', ";").objects(), [{ a: "x", b: 1 }]);
});

Deno.test("the index that pandas writes without a name can be left out (D12)", () => {
  const text = ",text,label\n0,a,x\n1,b,y\n";
  assert.throws(
    () => read(text),
    isMistake("data", "column 1 has no name", "index=False", 'omit: [""]'),
  );
  const wanted = [{ text: "a", label: "x" }, { text: "b", label: "y" }];
  assert.deepEqual(read(text, ",", { omit: [""] }).objects(), wanted);
  assert.deepEqual(read(text, ",", { columns: ["text"] }).columnNames(), ["text"]);
  assert.throws(
    () => read(text, ",", { omit: ["", "lable"] }),
    isMistake("data", 'no column "lable" (did you mean "label"?)'),
  );
});

Deno.test("a table without a header takes names, or numbers its columns", () => {
  const pairs = "Hund\tdog\n7\tseven\n";
  const named = read(pairs, "\t", { header: ["source", "target"] });
  assert.deepEqual(named.objects(), [{ source: "Hund", target: "dog" }, {
    source: "7",
    target: "seven",
  }]);
  assert.deepEqual(read(pairs, "\t", { header: false }).columnNames(), ["column1", "column2"]);
  assert.deepEqual(
    read(pairs, "\t", { header: ["source", "target"], columns: ["target"] }).objects(),
    [{ target: "dog" }, { target: "seven" }],
  );
  // Rows are counted from the first line, which may be there again.
  assert.equal(read("a,b\na,b\n", ",", { header: false }).numRows(), 2);
  assert.throws(
    () => read("a,b\nc\n", ",", { header: false }),
    isMistake("data", "line 2: 1 cell instead of 2"),
  );
  assert.throws(
    () => read(pairs, "\t", { header: ["source"] }),
    isMistake("data", 'header names 1 columns ("source")', 'has 2 cells: "Hund", "dog"'),
  );
  assert.throws(
    () => read(pairs, "\t", { header: ["a", "a"] }),
    isMistake("data", "the header of", '"a"'),
  );
  assert.throws(() => read("", ",", { header: false }), isMistake("data", "is empty"));
  // The first line has the same cell twice, or none of the names: both may be a row.
  assert.throws(
    () => read("Good morning to all,Good morning to all\na,b\n"),
    isMistake("data", "first line", "--header column1,column2"),
  );
});
