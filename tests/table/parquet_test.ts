import assert from "node:assert/strict";
import { join } from "node:path";
import { readParquet } from "../../lib/table/parquet.ts";
import { expectedRows } from "./golden_table.ts";

const folder = join(import.meta.dirname!, "..", "golden", "tables");

for (const codec of ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]) {
  Deno.test(`reads pyarrow's types, compressed with ${codec}`, async () => {
    const bytes = await Deno.readFile(join(folder, `${codec}.parquet`));
    assert.deepEqual((await readParquet(bytes, codec)).objects(), expectedRows);
  });
}

Deno.test("reads bytes that are a part of a larger buffer", async () => {
  const bytes = await Deno.readFile(join(folder, "snappy.parquet"));
  const larger = new Uint8Array(bytes.length + 10);
  larger.set(bytes, 5);
  const table = await readParquet(larger.subarray(5, 5 + bytes.length), "part");
  assert.deepEqual(table.objects(), expectedRows);
});

Deno.test("keeps the columns of a file without rows", async () => {
  const table = await readParquet(await Deno.readFile(join(folder, "empty.parquet")), "empty");
  assert.equal(table.numRows(), 0);
  assert.deepEqual(table.columnNames(), Object.keys(expectedRows[0]));
});

Deno.test("a file cut at any place, or with a byte changed, never crashes", async () => {
  const bytes = await Deno.readFile(join(folder, "snappy.parquet"));
  for (let length = 0; length < bytes.length; length += 37) {
    await assert.rejects(readParquet(bytes.slice(0, length), "cut"), { kind: "data" });
  }
  for (let at = 0; at < bytes.length; at += 11) {
    const damaged = bytes.slice();
    damaged[at] ^= 0xff;
    try {
      await readParquet(damaged, "damaged");
    } catch (error) {
      assert.equal((error as Error).name, "TunebookError", `byte ${at}: ${error}`);
    }
  }
});
