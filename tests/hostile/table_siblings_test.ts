/**
 * Files and tables beside the reported cases: what each is, or an error that says it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readTable, type ReadTableOptions } from "../../lib/table/read_table.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { textColumn } from "../../lib/table/columns.ts";
import { writeTable } from "../../lib/table/write_table.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

/** A file of this name and text, as it is read. */
const read = (name: string, text: string, options: ReadTableOptions = {}) =>
  inFolder(async (folder) => {
    const path = join(folder, name);
    await Deno.writeTextFile(path, text);
    return await readTable(path, options);
  });

const squad = (is_impossible: boolean) =>
  JSON.stringify({
    data: [{
      paragraphs: [{
        context: "It is in May.",
        qas: [{ question: "When?", is_impossible, answers: [{ text: "May", answer_start: 9 }] }],
      }],
    }],
  });

const refused: readonly (readonly [name: string, text: string, ...parts: string[]])[] = [
  ["excel.csv", "sep=,\ntext,label\na,b\n", "sep=", "remove that line"],
  ["excel.csv", '"sep=;"\r\ntext;label\r\na;b\r\n', "sep=", "remove that line"],
  ["title.csv", "Reviews of May\ntext,label,id\na,b,1\n", "a title or a comment", "3 columns"],
  ["comment.csv", "# by me\ntext,label\na,b\n", "a title or a comment", "2 columns"],
  ["blank.csv", "text,label\na,b\n  \nc,d\n", "line 3: nothing but white space", "remove the line"],
  ["eof.csv", "text,label\na,b\n\u001a", "line 3: nothing but white space or control characters"],
  ["joined.csv", "text,label\na,b\ntext,label\nc,d\n", "its first line again", "line 3"],
  ["joined.csv", "text,label\na,b\n\ufefftext,label\nc,d\n", "its first line again", "line 3"],
  ["line_end.csv", "text,label\r\na,b\r\nc\rd,e\r\n", "a comma or a line end", "line 3"],
  ["index.json", '{"text":{"0":"a"},"label":{"0":"x"}}', 'orient="records"'],
  ["split.json", '{"columns":["text"],"index":[0],"data":[["a"]]}', 'orient="split"', "records"],
  ["inside.json", '{"version":1,"rows":[{"text":"a"}]}', 'write the list of "rows" alone'],
  ["nan.json", '[{"text":"a","label":NaN}]', "JSON has no NaN", "write null"],
  ["nan.jsonl", '{"text":"a","label":Infinity}\n', "line 1", "JSON has no NaN", "write null"],
  ["squad.json", squad(true), "question 1 is impossible, but has answers"],
];

Deno.test("what a file is that looks like a table is said with what to do", async () => {
  for (const [name, text, ...parts] of refused) {
    await assert.rejects(read(name, text), isMistake("data", name, ...parts), text);
  }
  assert.equal((await read("squad.json", squad(false))).numRows(), 1);
});

Deno.test("lines of JSON end in any way, and joined files keep their rows", async () => {
  for (const text of ['{"a":1}\r{"a":2}\r', '\ufeff{"a":1}\n\ufeff{"a":2}\r\n']) {
    assert.deepEqual((await read("t.jsonl", text)).array("a"), [1, 2]);
  }
});

Deno.test("codes such as 1E2 are no numbers, and measured values are", async () => {
  const codes = await read("rooms.csv", "room,size\n1E2,1e2\n12,0.5\n100,-3\n");
  assert.deepEqual(codes.array("room"), ["1E2", "12", "100"]);
  assert.deepEqual(codes.array("size"), [100, 0.5, -3]);
  assert.deepEqual((await read("t.csv", "a,b\n1e+02,x\n7,y\n")).array("a"), [100, 7]);
});

Deno.test("options that contradict each other are refused", async () => {
  const wanted: [ReadTableOptions, string][] = [
    [{ columns: ["a", "a"] }, 'columns names "a" twice'],
    [{ columns: [] }, "columns is empty"],
    [{ columns: ["a"], omit: ["b"] }, "one of them is enough"],
    [{ omit: ["a", "b"] }, "omit leaves none"],
  ];
  for (const [options, part] of wanted) {
    await assert.rejects(read("t.csv", "a,b\n1,2\n", options), isMistake("input", part));
  }
  // A column without a name is left out where there is one.
  for (
    const [name, text] of [["t.csv", ",a\n0,1\n"], ["t.csv", "a\n1\n"], ["t.json", '[{"a":1}]']]
  ) {
    const table = await read(name, text, { omit: [""] });
    assert.deepEqual(table.objects(), [{ a: 1 }]);
  }
});

Deno.test("what no file can hold is refused with row and column", () =>
  inFolder(async (folder) => {
    const loop: unknown[] = [];
    loop.push(loop);
    const values: [unknown, string][] = [
      [() => 1, "a function"],
      [Symbol("x"), "a symbol"],
      [new Map([["a", 1]]), "a Map"],
      [{ inner: [new Set([1])] }, "a Set"],
      [loop, "contains itself"],
    ];
    for (const format of ["csv", "tsv", "json", "jsonl", "arrow"]) {
      const write = (column: unknown[]) =>
        writeTable(tableFromColumns({ a: column }), join(folder, `t.${format}`));
      for (const [value, part] of values) {
        await assert.rejects(
          write([null, value]),
          isMistake("input", `row 2, "a": `, part),
          `${format} ${part}`,
        );
      }
      if (format.startsWith("json")) {
        await write(["\ud800"]);
        const back = await readTable(join(folder, `t.${format}`));
        assert.deepEqual(back.array("a"), ["\ud800"]);
      } else await assert.rejects(write(["\ud800"]), isMistake("input", "surrogate", "row 1"));
    }
    for (const column of [[1, "x"], [1n, 2], [{ d: new Date(NaN) }], [[], []], [2n ** 70n]]) {
      await assert.rejects(
        writeTable(
          tableFromColumns({ fine: column.map(String), a: column }),
          join(folder, "t.arrow"),
        ),
        isMistake("input", 'Arrow cannot hold "a"', "JSON Lines"),
      );
    }
  }));

Deno.test("JSON keeps typed lists, and the columns of a table without rows", () =>
  inFolder(async (folder) => {
    const path = join(folder, "t.json");
    await writeTable(tableFromColumns({ a: [new Float32Array([0.5, 2])] }), path);
    assert.deepEqual((await readTable(path)).array("a"), [[0.5, 2]]);
    await writeTable(tableFromColumns({ text: [], label: [] }), path);
    const back = await readTable(path);
    assert.deepEqual([back.numRows(), back.columnNames()], [0, ["text", "label"]]);
  }));

Deno.test("a text of invisible characters is none", () => {
  const table = tableFromColumns({ text: ["fine", "\u200b", "👍", "\u3164 \ufe0f", "é"] });
  assert.throws(
    () => textColumn(table, "text"),
    isMistake(
      "data",
      "2 of 5 rows",
      String.raw`row 2: a text of invisible characters alone, "\u200b"`,
      "row 4",
    ),
  );
});

/** The bytes with each `from` replaced; both have one length. */
function patched(bytes: Uint8Array, from: string, to: readonly number[]): Uint8Array {
  const found = new TextEncoder().encode(from);
  const copy = bytes.slice();
  let count = 0;
  for (let at = 0; at + found.length <= bytes.length; at++) {
    if (!found.every((byte, i) => bytes[at + i] === byte)) continue;
    copy.set(to, at);
    count++;
  }
  assert.ok(count > 0, `${from} is not in the file`);
  return copy;
}

Deno.test("texts of Arrow and Parquet that are not UTF-8 are errors, not replacement characters", () =>
  inFolder(async (folder) => {
    const arrow = join(folder, "t.arrow");
    const texts = ["fine", null, "wxyz", "é"];
    await writeTable(tableFromColumns({ text: texts, list: texts.map((each) => [each]) }), arrow);
    assert.deepEqual((await readTable(arrow)).array("text"), texts);
    const whole = await Deno.readFile(arrow);
    // Half a character and what is none; a character that two values share.
    for (const bad of [[0x77, 0xc3, 0x79, 0x7a], [0xff, 0xfe, 0x79, 0x7a]]) {
      await Deno.writeFile(arrow, patched(whole, "wxyz", bad));
      await assert.rejects(readTable(arrow), isMistake("data", "t.arrow", "not UTF-8"));
    }
    await writeTable(tableFromColumns({ text: ["ab", "cd"] }), arrow);
    await Deno.writeFile(
      arrow,
      patched(await Deno.readFile(arrow), "abcd", [0x61, 0xc3, 0xa9, 0x64]),
    );
    await assert.rejects(readTable(arrow), isMistake("data", '"text"', "value 0", "not UTF-8"));

    const parquet = join(folder, "t.parquet");
    const decimals = await Deno.readFile(join(import.meta.dirname!, "cases", "decimal.parquet"));
    await Deno.writeFile(parquet, patched(decimals, "\0c\u0001\0", [0, 0xff, 1, 0]));
    await assert.rejects(readTable(parquet), isMistake("data", '"text"', "not UTF-8"));
  }));
