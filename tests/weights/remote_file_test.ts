import assert from "node:assert/strict";
import { silentProgress } from "../../lib/core/progress.ts";
import { lookUp, plain } from "../../lib/weights/remote_file.ts";
import type { Network } from "../../lib/weights/request.ts";

const network: Network = {
  attempts: 1,
  sleep: () => Promise.resolve(),
  progress: () => silentProgress,
  explain: ({ status }) => `HTTP ${status}`,
};

/** What a lookup makes of a response. */
async function lookUpAt(status: number, headers: Record<string, string>) {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(null, { status, headers }),
  );
  return await lookUp(`http://127.0.0.1:${server.addr.port}/file`, network);
}

Deno.test("a file's size, tags and commit are read", async () => {
  assert.deepEqual(await lookUpAt(200, { etag: 'W/"x"', "content-length": "12" }), {
    size: 12,
    etag: 'W/"x"',
    linkedEtag: undefined,
    commit: undefined,
  });
  const location = "http://127.0.0.1:1/never-followed";
  const linked = { "x-linked-etag": '"abc"', "x-linked-size": "99", "x-repo-commit": "c" };
  assert.deepEqual(await lookUpAt(302, { location, ...linked, "content-length": "5" }), {
    size: 99,
    etag: undefined,
    linkedEtag: "abc",
    commit: "c",
  });
  const unsized = await lookUpAt(302, { location, "x-linked-etag": "abc", "content-length": "5" });
  assert.equal("size" in unsized && unsized.size, undefined, "5 is the length of the redirect");
});

Deno.test("a missing file is absent, a missing repository is an error", async () => {
  assert.deepEqual(await lookUpAt(404, {}), { absent: true });
  assert.deepEqual(await lookUpAt(404, { "x-error-code": "EntryNotFound" }), { absent: true });
  await assert.rejects(lookUpAt(404, { "x-error-code": "RepoNotFound" }), { message: "HTTP 404" });
  await assert.rejects(lookUpAt(500, {}), { kind: "download", message: "HTTP 500" });
});

Deno.test("tags lose their quotes and their mark of weakness", () => {
  assert.equal(plain('"abc"'), "abc");
  assert.equal(plain('W/"abc"'), "abc");
  assert.equal(plain("abc"), "abc");
  assert.equal(plain(null), undefined);
});
