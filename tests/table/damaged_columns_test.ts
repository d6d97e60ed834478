import assert from "node:assert/strict";
import { join } from "node:path";
import { readTable } from "../../lib/table/read_table.ts";
import { isMistake } from "../is_mistake.ts";

const cases = join(import.meta.dirname!, "..", "hostile", "cases");
const wide = join(import.meta.dirname!, "..", "golden", "tables", "wide");
const expected = JSON.parse(await Deno.readTextFile(join(wide, "expected.json")));

Deno.test("a damaged Parquet column is refused, and no rejection is left that nobody hears", async () => {
  const unheard: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unheard.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  try {
    await assert.rejects(
      readTable(join(cases, "unhandled.parquet")),
      isMistake("data", /unhandled\.parquet cannot be read as Parquet: /),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    globalThis.removeEventListener("unhandledrejection", listen);
  }
  assert.deepEqual(unheard, []);
});

Deno.test("an Arrow file whose lengths are damaged is refused at once", async () => {
  await assert.rejects(
    readTable(join(cases, "hang.arrow")),
    isMistake(
      "data",
      /hang\.arrow cannot be read as Arrow: a part of its description points nowhere/,
    ),
  );
});

Deno.test("an Arrow file whose index has lost its rows is no table of 0 rows", async () => {
  await assert.rejects(
    readTable(join(cases, "no_rows.arrow")),
    isMistake("data", /no_rows\.arrow cannot be read as Arrow: its first bytes are damaged/),
  );
});

for (const name of ["wide.arrow", "wide.arrows", "first.parquet", "second.parquet"]) {
  Deno.test(`every type of ${name} passes the checks with Python's values`, async () => {
    const table = await readTable(join(wide, name));
    const found = Object.keys(expected).map((column) => [column, table.array(column)]);
    const plain = JSON.parse(
      JSON.stringify(
        Object.fromEntries(found),
        (_, value) => ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
      ),
    );
    assert.deepEqual(plain, expected);
    if (name.startsWith("wide")) assert.equal(table.numCols(), Object.keys(expected).length + 11);
  });
}

Deno.test("delta encodings pass the checks", async () => {
  const table = await readTable(join(wide, "deltas.parquet"));
  assert.deepEqual(Array.from(table.array("id")), [...Array(60).keys()]);
  assert.equal(table.get("text", 59), "text 5");
});

Deno.test("a page whose checksum differs is refused", async () => {
  const bytes = await Deno.readFile(join(wide, "second.parquet"));
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    let refused = 0;
    // The first pages: every byte of them is covered by a checksum or by their header.
    for (let at = 30; at < 130; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x10;
      await Deno.writeFile(path, damaged);
      const found = await readTable(path).catch((error) => error);
      if (found instanceof Error) {
        assert.equal(found.name, "TunebookError", `${found.stack}`);
        if (/checksum/.test(found.message)) refused++;
      }
    }
    assert.ok(refused > 20, `${refused} of 100`);
  } finally {
    await Deno.remove(path);
  }
});
