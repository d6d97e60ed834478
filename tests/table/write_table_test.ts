import assert from "node:assert/strict";
import { join } from "node:path";
import { readTable } from "../../lib/table/read_table.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { writeTable } from "../../lib/table/write_table.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const table = tableFromColumns({
  text: ['a, "b"', "two\nlines", "tab\there 🎉", ""],
  stars: [1, 2.5, null, -4],
  good: [true, false, null, true],
});

Deno.test("what is written is read again, in every format", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const ending of ["csv", "tsv", "json", "jsonl", "arrow"]) {
      const path = join(folder, "new", `out.${ending}`);
      await writeTable(table, path);
      assert.deepEqual((await readTable(path)).objects(), table.objects(), ending);
    }
    assert.deepEqual([...Deno.readDirSync(join(folder, "new"))].length, 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a date that is none is written as missing, in every format", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const dates = tableFromColumns({ day: [new Date(0), new Date(NaN)], n: [1, 2] });
    for (const ending of ["csv", "json", "arrow"]) {
      const path = join(folder, `out.${ending}`);
      await writeTable(dates, path);
      const [first, second] = (await readTable(path)).array("day");
      assert.equal(new Date(first as string).getTime(), 0, ending);
      assert.equal(second, ending === "csv" ? "" : null, ending);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("JSON takes integers that it can hold, and says which it cannot", () =>
  inFolder(async (folder) => {
    const small = tableFromColumns({ id: [1n, -2n], text: ["a", "b"] });
    await writeTable(small, `${folder}/small.jsonl`);
    assert.deepEqual((await readTable(`${folder}/small.jsonl`)).array("id"), [1, -2]);
    const large = tableFromColumns({ id: [1n, 2n ** 60n] });
    for (const format of ["json", "jsonl"]) {
      await assert.rejects(
        writeTable(large, `${folder}/large.${format}`),
        isMistake("input", `integer ${2n ** 60n} of "id"`),
      );
    }
    await writeTable(large, `${folder}/large.csv`);
    assert.match(await Deno.readTextFile(`${folder}/large.csv`), /1152921504606846976/);
  }));

Deno.test("writes what a filtered and ordered table shows", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const shown = table.filter((row: { stars: number | null }) => row.stars !== null)
      .orderby("stars");
    for (const ending of ["csv", "json", "arrow"]) {
      const path = join(folder, `out.${ending}`);
      await writeTable(shown, path);
      assert.deepEqual((await readTable(path)).array("stars"), [-4, 1, 2.5], ending);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an empty table keeps its columns in CSV and its emptiness everywhere", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const empty = tableFromColumns({ text: [], label: [] });
    for (const ending of ["csv", "json", "jsonl"]) {
      const path = join(folder, `out.${ending}`);
      await writeTable(empty, path);
      const read = await readTable(path);
      assert.equal(read.numRows(), 0);
      if (ending === "csv") assert.deepEqual(read.columnNames(), ["text", "label"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("refuses Parquet, unknown endings and places that cannot be written", async () => {
  await assert.rejects(writeTable(table, "x.parquet"), { kind: "input", message: /csv, tsv/ });
  await assert.rejects(writeTable(table, "x.xlsx"), { kind: "input" });
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(writeTable(table, join(file, "x.csv")), { kind: "output" });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("cells that hold nothing are rows again, and numbers stay numbers (D7)", () =>
  inFolder(async (folder) => {
    const columns: unknown[][] = [
      ["a", "", "b"],
      ["", "a", ""],
      [1, NaN, 3],
      [null, 2, undefined],
      [
        "empty",
        "",
        "empty_\n\nx",
      ],
    ];
    for (const values of columns) {
      for (const ending of ["csv", "tsv"]) {
        for (const others of [{}, { n: [1, 2, 3] }] as Record<string, number[]>[]) {
          await writeTable(tableFromColumns({ x: values, ...others }), `${folder}/x.${ending}`);
          const read = (await readTable(`${folder}/x.${ending}`)).array("x");
          const wanted = values.map((value) =>
            Number.isNaN(value) || value === undefined ? null : value
          );
          assert.deepEqual(read, wanted, JSON.stringify(values));
        }
      }
    }
  }));

Deno.test("lists are written into CSV as JSON, and infinite numbers into Arrow alone", () =>
  inFolder(async (folder) => {
    const lists = tableFromColumns({ y: [["a", "b,c"], [], Float32Array.of(1, 2), { d: 1n }] });
    await writeTable(lists, `${folder}/lists.csv`);
    const read = (await readTable(`${folder}/lists.csv`)).array("y");
    assert.deepEqual(read, ['["a","b,c"]', "[]", "[1,2]", '{"d":1}']);
    const infinite = tableFromColumns({ y: [1, Infinity] });
    for (const ending of ["csv", "tsv", "json", "jsonl"]) {
      await assert.rejects(
        writeTable(infinite, `${folder}/infinite.${ending}`),
        isMistake("input", 'neither JSON nor CSV can hold the Infinity of "y"'),
      );
    }
    await writeTable(infinite, `${folder}/infinite.arrow`);
    assert.deepEqual((await readTable(`${folder}/infinite.arrow`)).array("y"), [1, Infinity]);
  }));

Deno.test("tables of many rows are written in pieces (R4)", () =>
  inFolder(async (folder) => {
    for (const rows of [4095, 4096, 4097, 9000]) {
      const x = Array.from({ length: rows }, (_, row) => row % 3 ? `text ${row}` : "");
      for (const ending of ["csv", "json", "jsonl"]) {
        await writeTable(tableFromColumns({ x }), `${folder}/x.${ending}`);
        assert.deepEqual((await readTable(`${folder}/x.${ending}`)).array("x"), x, ending);
      }
    }
  }));
