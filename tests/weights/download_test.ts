import assert from "node:assert/strict";
import { join } from "node:path";
import { type ProgressOptions, silentProgress } from "../../lib/core/progress.ts";
import { download } from "../../lib/weights/download.ts";
import type { Network } from "../../lib/weights/request.ts";
import { breakingOff, sha256 } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";

const content = new TextEncoder().encode("0123456789");
const checksum = { method: "sha256", hex: sha256(content) } as const;
const network: Network = {
  attempts: 3,
  sleep: () => Promise.resolve(),
  progress: () => silentProgress,
  explain: ({ status }) => `HTTP ${status}`,
};

/** Runs `work` with a server of this `handler` and a `part` from an earlier attempt. */
async function withServer(
  handler: (request: Request) => Response,
  part: string | undefined,
  work: (job: Parameters<typeof download>[0]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
    const partPath = join(folder, "part");
    if (part !== undefined) await Deno.writeTextFile(partPath, part);
    const url = `http://127.0.0.1:${server.addr.port}/file`;
    await work({ url, path: join(folder, "deep", "file"), partPath, title: "file" });
  });
}

/** Serves the rest that is asked for, with a possibly lying Content-Range. */
function partial(range: (start: number) => string) {
  return ({ headers }: Request) => {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
    if (start === 0) return new Response(content);
    return new Response(content.slice(start), {
      status: 206,
      headers: { "content-range": range(start) },
    });
  };
}

Deno.test("a part is continued", () =>
  withServer(partial((start) => `bytes ${start}-9/10`), "0123", async (job) => {
    await download({ ...job, size: 10, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
    await assert.rejects(Deno.stat(job.partPath));
  }));

Deno.test("a part that is continued at the wrong place is begun anew", () =>
  withServer(partial((start) => `bytes ${start + 1}-9/10`), "0123", async (job) => {
    await download({ ...job, size: 10, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
  }));

Deno.test("a whole answer to a request for the rest replaces the part", () =>
  withServer(() => new Response(content), "xyz", async (job) => {
    await download({ ...job, size: 10, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
  }));

Deno.test("a part that is the whole file is kept without asking", () =>
  withServer(() => new Response(null, { status: 500 }), "0123456789", async (job) => {
    await download({ ...job, size: 10, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
  }));

Deno.test("an unknown size is settled by the server's answer to the range", () => {
  const refuse = (request: Request) =>
    request.headers.has("range")
      ? new Response(null, { status: 416, headers: { "content-range": "bytes */10" } })
      : new Response(content);
  return withServer(refuse, "0123456789", async (job) => {
    await download({ ...job, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
    // A part that is longer than the file cannot be of it.
    await Deno.writeTextFile(job.partPath, "0123456789abc");
    await download({ ...job, checksum }, network);
    assert.deepEqual(await Deno.readFile(job.path), content);
  });
});

Deno.test("the rest is only asked for while the entity tag holds", () => {
  const seen: (string | null)[] = [];
  return withServer(
    (request) => {
      seen.push(request.headers.get("if-range"));
      return new Response(content);
    },
    "0123",
    async (job) => {
      await download({ ...job, etag: '"v1"' }, network);
      await download({ ...job, etag: '"v1"' }, network);
      assert.deepEqual(seen, ['"v1"', null], "a first request has nothing to continue");
    },
  );
});

Deno.test("an empty file is a file", () =>
  withServer(() => new Response(null, { status: 500 }), undefined, async (job) => {
    await download({ ...job, size: 0 }, network);
    assert.equal((await Deno.stat(job.path)).size, 0);
  }));

Deno.test("a server that always breaks off is given up on, and the part is kept", () =>
  withServer(
    ({ headers }) =>
      headers.has("range")
        ? new Response(null, { status: 503 })
        : new Response(breakingOff(content.slice(0, 4))),
    undefined,
    async (job) => {
      await assert.rejects(download({ ...job, size: 10 }, network), {
        kind: "download",
        message: /HTTP 503/,
      });
      assert.equal(await Deno.readTextFile(job.partPath), "0123");
      await assert.rejects(Deno.stat(job.path));
    },
  ));

Deno.test("a server that sends the same short body for ever is given up on", () =>
  withServer(() => new Response("01"), undefined, async (job) => {
    await assert.rejects(download({ ...job, size: 10 }, network), {
      kind: "download",
      message: /file from .* has only 2 of 10 bytes/,
    });
    await assert.rejects(Deno.stat(job.path));
  }));

Deno.test("a folder that cannot be written is an error that says so", () =>
  withServer(() => new Response(content), undefined, async (job) => {
    await Deno.writeTextFile(job.path.replace(/\/file$/, ""), "in the way");
    await assert.rejects(download(job, network), { kind: "output", message: /cannot write file/ });
  }));

Deno.test("large files show how far they are, from where they were resumed", async () => {
  const large = new Uint8Array(1_500_000);
  const shown: ProgressOptions[] = [];
  const done: number[] = [];
  let ended = 0;
  const progress = (options: ProgressOptions) => {
    shown.push(options);
    return { update: (bytes: number) => void done.push(bytes), end: () => void ended++ };
  };
  await withServer(() => new Response(large), undefined, async (job) => {
    await download({ ...job, size: large.length }, { ...network, progress });
  });
  assert.deepEqual(shown.map(({ title, total, unit }) => [title, total, unit]), [
    ["file", large.length, "bytes"],
  ]);
  assert.equal(done.at(-1), large.length);
  assert.equal(ended, 1);
});
