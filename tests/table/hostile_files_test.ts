/**
 * Files and servers that are wrong: each must give one clear TunebookError and no crash.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ErrorKind, TunebookError } from "../../lib/core/errors.ts";
import { readTable, type ReadTableOptions } from "../../lib/table/read_table.ts";
import { golden, malformedFiles } from "./malformed_files.ts";

function checkError(kind: ErrorKind, message: RegExp) {
  return (error: TunebookError) => {
    assert.equal(error.name, "TunebookError", `${error.stack}`);
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };
}

Deno.test(`${malformedFiles.length} malformed files are refused by name and row`, async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content, message] of malformedFiles) {
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
    [join(golden, "make.xlsx"), { format: "cvs" as "csv" }, "input", /"cvs".*\(did you mean "csv"/],
    [join(golden, "none.parquet"), { format: "json" }, "data", /is a Parquet file/],
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
    ["/page.json", "data", /page\.json is a web page/],
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
