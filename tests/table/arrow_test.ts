import assert from "node:assert/strict";
import { join } from "node:path";
import { toArrowIPC } from "arquero";
import { readArrow } from "../../lib/table/arrow.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { expectedRows } from "./golden_table.ts";

const folder = join(import.meta.dirname!, "..", "golden", "tables");

for (const name of ["plain.arrow", "stream.arrows"]) {
  Deno.test(`reads pyarrow's types from ${name}`, async () => {
    const table = readArrow(await Deno.readFile(join(folder, name)), name);
    assert.deepEqual(table.objects(), expectedRows);
  });
}

Deno.test("a compressed file is refused with its codec", async () => {
  const bytes = await Deno.readFile(join(folder, "lz4.feather"));
  assert.throws(() => readArrow(bytes, "lz4.feather"), {
    kind: "data",
    message: /LZ4_FRAME.*compression="uncompressed"/,
  });
});

Deno.test("a file cut at any place is refused", async () => {
  const bytes = await Deno.readFile(join(folder, "plain.arrow"));
  for (let length = 0; length < bytes.length; length += 7) {
    assert.throws(() => readArrow(bytes.slice(0, length), "cut"), { kind: "data" }, `${length}`);
  }
});

Deno.test("texts that point beyond the data are refused", () => {
  const bytes = toArrowIPC(tableFromColumns({ text: ["abc", "de"] }), { format: "file" });
  // The offsets 0, 3, 5 of the texts, as little-endian integers.
  const at = bytes.findIndex((byte, index) =>
    byte === 3 && bytes[index + 4] === 5 && bytes.subarray(index - 4, index).every((b) => b === 0)
  );
  bytes[at] = 200;
  assert.throws(() => readArrow(bytes, "lying.arrow"), {
    kind: "data",
    message: /lying\.arrow cannot be read as Arrow: column "text" has value 1 beyond the data/,
  });
});
