import assert from "node:assert/strict";
import { join } from "node:path";
import { toArrowIPC } from "arquero";
import { TunebookError } from "../../lib/core/errors.ts";
import { readArrow } from "../../lib/table/arrow.ts";
import { unpackLz4Frame } from "../../lib/table/lz4_frame.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { expectedRows } from "./golden_table.ts";

const folder = join(import.meta.dirname!, "..", "golden", "tables");

for (
  const name of [
    "plain.arrow",
    "stream.arrows",
    "lz4.feather",
    "zstd.feather",
    "lz4.arrows",
    "zstd.arrows",
  ]
) {
  Deno.test(`reads pyarrow's types from ${name}`, async () => {
    const table = readArrow(await Deno.readFile(join(folder, name)), name);
    assert.deepEqual(table.objects(), expectedRows);
  });
}

Deno.test("long texts and numbers of compressed files are those that pyarrow wrote", async () => {
  const [lz4, zstd] = await Promise.all(
    ["many_lz4.feather", "many_zstd.feather"].map(async (name) =>
      readArrow(await Deno.readFile(join(folder, name)), name).objects() as Record<
        "text" | "number" | "noise",
        string | number
      >[]
    ),
  );
  assert.equal(lz4.length, 2000);
  assert.deepEqual(lz4, zstd);
  lz4.forEach(({ text, number, noise }, row) => {
    assert.equal(number, row);
    assert.match(String(text), /^(?:(?:good|bad|sehr schön|很好) ?){9}$/);
    assert.ok(Number(noise) > 0 && Number(noise) < 1);
  });
});

Deno.test("a compressed file that is damaged anywhere is read whole or refused at once", async () => {
  for (const name of ["lz4.feather", "zstd.feather", "lz4.arrows"]) {
    const bytes = await Deno.readFile(join(folder, name));
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] ^= 0xff;
      try {
        readArrow(damaged, name).objects();
      } catch (error) {
        assert.ok(
          error instanceof TunebookError && error.kind === "data",
          `${name} ${at}: ${error}`,
        );
      }
    }
  }
});

Deno.test("LZ4 frames that lie are refused with what is wrong", () => {
  const frame = (...rest: number[]) => Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...rest);
  const stored = [3, 0, 0, 0x80, 7, 8, 9];
  const plain = frame(0x60, 0x40, 0, ...stored, 0, 0, 0, 0);
  assert.deepEqual([...unpackLz4Frame(plain, 3)], [7, 8, 9]);
  // With checksums of blocks and of the whole, and the content's size.
  const summed = [...stored, 1, 2, 3, 4];
  const checked = frame(0x7c, 0x40, 3, 0, 0, 0, 0, 0, 0, 0, 0, ...summed, 0, 0, 0, 0, 1, 2, 3, 4);
  assert.deepEqual([...unpackLz4Frame(checked, 3)], [7, 8, 9]);
  // One literal, then a match that repeats it: 1 + 4 bytes.
  const repeated = frame(0x60, 0x40, 0, 4, 0, 0, 0, 0x10, 5, 1, 0, 0, 0, 0, 0);
  assert.deepEqual([...unpackLz4Frame(repeated, 5)], [5, 5, 5, 5, 5]);
  const wrong: [Uint8Array, number, RegExp][] = [
    [plain, 4, /holds 3 of the 4 bytes/],
    [plain, 2, /holds more than the 2 bytes/],
    [repeated, 4, /holds more than the 4 bytes/],
    [plain, 1e6, /claim to hold 1000000/],
    [plain.slice(0, -2), 3, /ends too soon/],
    [frame(0x60, 0x40, 0, 200, 0, 0, 0, 1), 3, /beyond the data/],
    [frame(0x20, 0x40, 0, ...stored), 3, /unknown kind/],
    [frame(0x61, 0x40, 0, ...stored), 3, /unknown kind/],
    [Uint8Array.of(1, 2, 3, 4, 5), 3, /does not begin as one/],
  ];
  for (const [bytes, length, message] of wrong) {
    assert.throws(() => unpackLz4Frame(bytes, length), { message });
  }
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
