import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { requireColumns } from "../../lib/table/columns.ts";
import { formatOf, readTable, type TableFormat } from "../../lib/table/read_table.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const golden = join(import.meta.dirname!, "..", "golden", "tables");
const rows = [{ text: "fine", label: 1 }, { text: "bad", label: 0 }];
const texts: [TableFormat, string][] = [
  ["csv", "text,label\nfine,1\nbad,0\n"],
  ["tsv", "text\tlabel\nfine\t1\nbad\t0\n"],
  ["json", JSON.stringify(rows)],
  ["jsonl", rows.map((row) => JSON.stringify(row)).join("\n")],
];

Deno.test("reads paths and file URLs by their ending, and any name with a format", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [format, text] of texts) {
      const path = join(folder, `a b.${format.toUpperCase()}`);
      await Deno.writeTextFile(path, text);
      assert.deepEqual((await readTable(path)).objects(), rows, format);
      assert.deepEqual((await readTable(pathToFileURL(path).href)).objects(), rows, format);
      const plain = join(folder, "data");
      await Deno.writeTextFile(plain, text);
      assert.deepEqual((await readTable(plain, { format })).objects(), rows, format);
    }
    assert.equal((await readTable(join(golden, "zstd.parquet"))).numRows(), 5);
    assert.equal((await readTable(join(golden, "plain.arrow"))).numRows(), 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("reads from a server, by the URL's ending or by the content type", async () => {
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const path = new URL(request.url).pathname;
    if (path === "/typed") {
      return new Response(texts[0][1], { headers: { "content-type": "text/csv; charset=utf-8" } });
    }
    const found = texts.find(([format]) => path === `/data.${format}`);
    return found ? new Response(found[1]) : new Response("no", { status: 404 });
  });
  try {
    const base = `http://localhost:${server.addr.port}`;
    for (const [format] of texts) {
      assert.deepEqual((await readTable(`${base}/data.${format}?v=1#x`)).objects(), rows);
    }
    assert.deepEqual((await readTable(`${base}/typed`)).objects(), rows);
  } finally {
    await server.shutdown();
  }
});

Deno.test("keeps the columns asked for, in that order", async () => {
  const path = join(golden, "none.parquet");
  const table = await readTable(path, { columns: ["stars", "text"] });
  assert.deepEqual(table.columnNames(), ["stars", "text"]);
  await assert.rejects(readTable(path, { columns: ["star"] }), /did you mean "stars"/);
});

Deno.test("where the first line may be a row, the error of missing columns says so", () =>
  inFolder(async (folder) => {
    const path = join(folder, "pairs.tsv");
    await Deno.writeTextFile(path, "Hund\tdog\nKatze\tcat\n");
    const columns = ["source", "target"];
    await assert.rejects(
      readTable(path, { columns }),
      isMistake(
        "data",
        'no column "source"',
        'header: ["source","target"]',
        "--header source,target",
      ),
    );
    const table = await readTable(path, { header: columns, columns });
    assert.deepEqual(table.array("target"), ["dog", "cat"]);
    // One of the names is there, so that the first line has names; what is in memory is judged by its looks.
    await assert.rejects(
      readTable(path, { columns: ["dog", "source"] }),
      (error: Error) => !error.message.includes("header"),
    );
    assert.throws(
      () => requireColumns(tableFromColumns({ "How are you?": [1] }), ["text"], "the rows"),
      isMistake("data", "if the first line is a row"),
    );
    const lines = join(folder, "t.jsonl");
    await Deno.writeTextFile(lines, '{"a":1}\n');
    await assert.rejects(
      readTable(lines, { header: false }),
      isMistake("input", "header belongs to csv and tsv"),
    );
    await assert.rejects(
      readTable(path, { header: true } as never),
      isMistake("input", "header is true, but must be a list of texts, or false"),
    );
  }));

Deno.test("tells formats by the ending of paths and URLs", () => {
  assert.equal(formatOf("a/b.NDJSON"), "jsonl");
  assert.equal(formatOf("https://host/x.parquet?download=1.csv"), "parquet");
  assert.equal(formatOf("C:\\data\\x.feather"), "arrow");
  assert.equal(formatOf("x.txt"), undefined);
});
