/**
 * Files and servers that are wrong: each must give one clear TunebookError and no crash.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ErrorKind, TunebookError } from "../../lib/core/errors.ts";
import { readTable, type ReadTableOptions } from "../../lib/table/read_table.ts";

const golden = join(import.meta.dirname!, "..", "golden", "tables");
const bytesOf = (name: string) => Deno.readFileSync(join(golden, name));
const parquet = bytesOf("snappy.parquet");
const arrow = bytesOf("plain.arrow");
const stream = bytesOf("stream.arrows");
const latin1 = Uint8Array.from("text\ngr\xfc\xdfe\n", (letter) => letter.charCodeAt(0));
const utf16 = Uint8Array.from([0xff, 0xfe, 0x74, 0, 0x65, 0]);

/** Name of the file, content, what the error must say. */
const files: [string, string | Uint8Array, RegExp][] = [
  ["empty.csv", "", /empty\.csv is empty; its first line must name the columns/],
  ["mark.csv", "\ufeff", /mark\.csv is empty/],
  ["blank.csv", "\n\n\n", /blank\.csv is empty/],
  ["open.csv", 'a,b\n"1,2\n', /open\.csv, line 2: a quoted cell begins/],
  ["open_late.csv", 'a,b\n1,2\n3,4\n5,"6\n7,8\n', /open_late\.csv, line 4: a quoted cell begins/],
  ["after.csv", 'a,b\n1,2\n"x" y,2\n', /after\.csv, line 3: text follows a closing quote/],
  ["inside.csv", 'a,b\n1,2\nx "y" z,2\n', /inside\.csv, line 3: a quote stands inside a cell/],
  ["header.csv", '"a,b\n1,2\n', /header\.csv, line 1: a quoted cell begins/],
  ["few.csv", "a,b,c\n1,2\n", /line 2: 2 cells instead of 3/],
  ["many.csv", "a,b\n1,2\n1,2,3\n", /line 3: 3 cells instead of 2/],
  ["all_ragged.csv", "a,b\n1\n1,2,3\n", /line 2: 1 cells.*\n.*line 3: 3 cells/],
  ["wide.csv", "a,b\n" + "1\n".repeat(50), /and 38 more/],
  ["commas.tsv", "a\tb\n1,2\n", /line 2: 1 cells instead of 2; ?|quote cells that contain a tab/],
  ["twice.csv", "text,label,text\na,b,c\n", /columns 1 and 3 are both named "text"/],
  ["spaced.csv", "text, text\na,b\n", /columns 1 and 2 are both named "text"/],
  ["unnamed.csv", "text,,label\na,b,c\n", /column 2 has no name/],
  ["index.csv", ",text\n0,a\n", /column 1 has no name/],
  ["proto.csv", "__proto__,a\n1,2\n", /reserved name "__proto__"/],
  ["latin1.csv", latin1, /latin1\.csv, line 2: not UTF-8/],
  ["utf16.csv", utf16, /utf16\.csv is UTF-16 text; save it as UTF-8/],
  ["binary.csv", parquet, /binary\.csv, line 1: not UTF-8/],
  ["empty.json", "", /empty\.json is empty/],
  ["cut.json", '[{"text":"a"},{"te', /cut\.json is not valid JSON: .*line 1 column 19/],
  ["comma.json", '[{"a":1},]', /comma\.json is not valid JSON/],
  ["lines.json", '{"a":1}\n{"a":2}\n', /lines\.json is not valid JSON/],
  ["number.json", "3", /number\.json holds a number; a table is an array/],
  ["null.json", "null", /null\.json holds null/],
  ["text.json", '"a"', /text\.json holds a string/],
  ["mixed.json", '[{"a":1},null,[2],"x"]', /row 2: null.*\n.*row 3: an array.*\n.*row 4: a string/],
  ["record.json", '{"text":"a","label":1}', /"text" is a string, not an array/],
  ["nested.json", '{"data":{"text":["a"]}}', /"data" is an object, not an array/],
  ["unequal.json", '{"a":[1,2],"b":[1]}', /column "b" has 1 rows, "a" has 2/],
  ["proto.json", '[{"__proto__":1,"a":2}]', /reserved name "__proto__"/],
  ["unnamed.json", '[{"":1}]', /column 1 has no name/],
  ["latin1.json", latin1, /latin1\.json, line 2: not UTF-8/],
  ["one_bad.jsonl", '{"a":1}\n{"a":2\n{"a":3}\n', /one_bad\.jsonl has lines.*\n.*line 2: /],
  ["array.jsonl", '[{"a":1}]\n', /line 1: an array instead of a row object/],
  ["numbers.ndjson", "1\n\n2\n", /line 1: a number.*\n.*line 3: a number/],
  ["csv.jsonl", "text,label\na,b\n", /csv\.jsonl has lines that are not JSON/],
  ["empty.parquet", new Uint8Array(), /empty\.parquet cannot be read as Parquet/],
  ["text.parquet", "text,label\n", /text\.parquet cannot be read as Parquet/],
  ["half.parquet", parquet.slice(0, parquet.length / 2), /half\.parquet cannot be read as Parquet/],
  ["tail.parquet", parquet.slice(0, -1), /tail\.parquet cannot be read as Parquet/],
  ["head.parquet", parquet.slice(500), /head\.parquet cannot be read as Parquet/],
  ["arrow.parquet", arrow, /arrow\.parquet cannot be read as Parquet/],
  ["empty.arrow", new Uint8Array(), /empty\.arrow cannot be read as Arrow: it is empty/],
  ["half.arrow", arrow.slice(0, arrow.length / 2), /half\.arrow cannot be read as Arrow: its end/],
  ["tail.arrow", arrow.slice(0, -3), /tail\.arrow cannot be read as Arrow: its end is missing/],
  ["half.arrows", stream.slice(0, 900), /half\.arrows cannot be read as Arrow/],
  ["text.arrow", "text,label\na,b\n", /text\.arrow cannot be read as Arrow/],
  ["lz4.feather", bytesOf("lz4.feather"), /lz4\.feather .*LZ4_FRAME.*or as Parquet/],
];

function checkError(kind: ErrorKind, message: RegExp) {
  return (error: TunebookError) => {
    assert.equal(error.name, "TunebookError", `${error.stack}`);
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };
}

Deno.test(`${files.length} malformed files are refused by name and row`, async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content, message] of files) {
      const path = join(folder, name);
      await Deno.writeFile(
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
      await assert.rejects(readTable(path), checkError("data", message), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sources that cannot be read at all", async () => {
  const folder = await Deno.makeTempDir({ suffix: ".csv" });
  const cases: [string, ReadTableOptions, ErrorKind, RegExp][] = [
    [join(folder, "none.csv"), {}, "data", /cannot read .*none\.csv/],
    [folder, {}, "data", /cannot read /],
    ["file:///no/such/table.csv", {}, "data", /cannot read file:/],
    ["s3://bucket/table.csv", {}, "input", /a file path or a file:, http: or https: URL/],
    ["hf:org/data/table.csv", {}, "input", /a file path or/],
    [join(golden, "make.xlsx"), { format: "cvs" as "csv" }, "input", /"cvs"; did you mean "csv"/],
    [join(golden, "none.parquet"), { format: "json" }, "data", /not UTF-8/],
    [import.meta.filename!, {}, "input", /cannot tell the format of .*hostile_files_test\.ts/],
    [join(golden, "none.parquet"), { columns: ["txet"] }, "data", /did you mean "text"/],
  ];
  try {
    for (const [source, options, kind, message] of cases) {
      await assert.rejects(readTable(source, options), checkError(kind, message), source);
    }
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("servers that fail", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const answers: Record<string, () => Response | Promise<Response>> = {
    "/404.csv": () => new Response("no", { status: 404 }),
    "/401.csv": () => new Response("no", { status: 401 }),
    "/403.csv": () => new Response("no", { status: 403 }),
    "/429.csv": () => new Response("no", { status: 429 }),
    "/500.csv": () => new Response("no", { status: 500 }),
    "/loop.csv": () => new Response(null, { status: 302, headers: { location: "/loop.csv" } }),
    "/silent.csv": () => released.then(() => new Response("a\n1\n")),
    "/broken.csv": () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("text,lab"));
            controller.error(new Error("the line broke"));
          },
        }),
      ),
    "/page": () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    "/page.json": () => new Response("<html>Log in</html>"),
    "/empty.csv": () => new Response(""),
  };
  const server = Deno.serve(
    { port: 0, onListen() {}, onError: () => new Response() },
    (request) => answers[new URL(request.url).pathname](),
  );
  const base = `http://localhost:${server.addr.port}`;
  const cases: [string, ErrorKind, RegExp][] = [
    ["/404.csv", "download", /404\.csv answered 404 Not Found; is the address right\?/],
    ["/401.csv", "download", /answered 401 .*wants a login/],
    ["/403.csv", "download", /answered 403 .*wants a login/],
    ["/429.csv", "download", /answered 429 .*try again later/],
    ["/500.csv", "download", /answered 500 .*try again later/],
    ["/loop.csv", "download", /cannot download .*loop\.csv/],
    ["/silent.csv", "download", /nothing came for 0\.2 s/],
    ["/broken.csv", "download", /cannot download .*broken\.csv/],
    ["/page", "input", /cannot tell the format of .*page/],
    ["/page.json", "data", /page\.json is not valid JSON/],
    ["/empty.csv", "data", /empty\.csv is empty/],
  ];
  try {
    for (const [path, kind, message] of cases) {
      const reading = readTable(base + path, { timeoutSeconds: 0.2 });
      await assert.rejects(reading, checkError(kind, message), path);
    }
  } finally {
    release();
    await server.shutdown();
  }
  const closed = readTable(`${base}/404.csv`);
  await assert.rejects(closed, checkError("download", /cannot download/));
});
