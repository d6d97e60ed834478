import assert from "node:assert/strict";
import { join } from "node:path";
import type { DataCard } from "../../datasets/data_card.ts";
import { dataSet, readPackageJson } from "../../datasets/data_set.ts";
import { sentiment } from "../../datasets/sentiment.ts";
import { originOf } from "../../lib/table/origin.ts";

const one = { read: () => Promise.resolve([{ text: "a" }]) };
const numbered = (count: number) => Array.from({ length: count }, (_, row) => ({ row }));
type Card = DataCard<"text-classification">;
const cardWith = (changes: Partial<Card>): Card => ({ ...sentiment.card, ...changes });

Deno.test("a package that is absent, of another version or damaged is named", async () => {
  const absent = cardWith({ package: { name: "@tunebook/none", version: "1.0.0" } });
  await assert.rejects(dataSet("absent", absent, one)(), {
    kind: "download",
    message: /deno install npm:@tunebook\/none@1\.0\.0/,
  });
  const other = cardWith({ package: { name: "sentiment", version: "1.0.0" } });
  await assert.rejects(dataSet("other", other, one)(), {
    kind: "input",
    message: /5\.0\.2 is installed/,
  });
  await assert.rejects(dataSet("made", cardWith({ rows: 3 }), one)(), {
    kind: "data",
    message: /gave 1 rows instead of 3/,
  });
  assert.equal((await dataSet("made", cardWith({ rows: 1 }), one)()).numRows(), 1);
});

Deno.test("a file of a package that is absent or no JSON is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "bad.json"), "[1,");
    for (const name of ["bad.json", "none.json"]) {
      await assert.rejects(readPackageJson(folder, name), (error: Error) => {
        assert.ok(error.message.includes(name));
        return true;
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("rows are drawn by a seed, keep their order, and say where they are from", async () => {
  const rows = numbered(50);
  const set = dataSet("made", cardWith({ rows: 50 }), { read: () => Promise.resolve(rows) });
  const drawn = await set({ rows: 20, seed: 3 });
  const values = drawn.array("row") as number[];
  assert.equal(new Set(values).size, 20);
  assert.deepEqual(values, values.toSorted((a, b) => a - b));
  assert.deepEqual((await set({ rows: 20, seed: 3 })).array("row"), values);
  assert.notDeepEqual((await set({ rows: 20, seed: 4 })).array("row"), values);
  assert.notDeepEqual(values, numbered(20).map(({ row }) => row));
  assert.equal(originOf(drawn), "made?rows=20&seed=3");
  assert.equal(originOf(await set()), "made");
  await assert.rejects(set({ rows: 51 }), { kind: "input", message: /50 rows .* cannot give 51/ });
});

Deno.test("a split keeps rows together that share a value, and is the same for every seed", async () => {
  // Rows 0 and 1 share `a`, 1 and 2 share `b`: a chain of three; and so on.
  const rows = numbered(300).map(({ row }) => ({
    row,
    a: row % 3 === 2 ? `only ${row}` : `a${Math.floor(row / 3)}`,
    b: row % 3 === 0 ? `alone ${row}` : `B${Math.floor(row / 3)}`,
  }));
  const set = dataSet("made", cardWith({ rows: 300 }), {
    read: () => Promise.resolve(rows),
    together: ["a", "b"],
  });
  const train = (await set({ split: "train" })).array("row") as number[];
  const test = (await set({ split: "test", seed: 7 })).array("row") as number[];
  assert.deepEqual([...train, ...test].sort((a, b) => a - b), numbered(300).map(({ row }) => row));
  assert.equal(test.length, 30);
  for (const row of test) {
    const first = row - row % 3;
    for (const each of [first, first + 1, first + 2]) assert.ok(test.includes(each));
  }
});

Deno.test("options that make no sense are refused together", async () => {
  const set = dataSet("made", cardWith({ rows: 1 }), one);
  await assert.rejects(set({ rows: 0, seeds: 1, split: "test" } as object), (error: Error) => {
    assert.match(error.message, /rows is 0, but must be a whole number above 0/);
    assert.match(error.message, /there is no option seeds \(did you mean "seed"\?\)/);
    assert.match(error.message, /there is no option split/);
    return true;
  });
});
