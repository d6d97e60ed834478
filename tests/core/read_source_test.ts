import assert from "node:assert/strict";
import { readSource } from "../../lib/core/read_source.ts";

Deno.test("a slow server is waited for as long as bytes come", async () => {
  const server = Deno.serve({ port: 0, onListen() {} }, () => {
    const parts = ["a", "b", "c", "d"];
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resume) => setTimeout(resume, 100));
          const part = parts.shift();
          if (part) controller.enqueue(new TextEncoder().encode(part));
          else controller.close();
        },
      }),
    );
  });
  try {
    // The whole takes longer than the limit, no single wait does.
    const { bytes } = await readSource(`http://localhost:${server.addr.port}/`, {
      timeoutSeconds: 0.35,
    });
    assert.equal(new TextDecoder().decode(bytes), "abcd");
  } finally {
    await server.shutdown();
  }
});

Deno.test("a server that falls silent half-way is a download error", async () => {
  const server = Deno.serve({ port: 0, onListen() {} }, () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) }),
    ));
  try {
    await assert.rejects(
      readSource(`http://localhost:${server.addr.port}/x.csv`, { timeoutSeconds: 0.2 }),
      {
        kind: "download",
        message: /x\.csv: nothing came for 0\.2 s/,
      },
    );
  } finally {
    await server.shutdown();
  }
});

Deno.test("a download is stopped when asked, and says so", async () => {
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(10)) })),
  );
  const url = `http://localhost:${server.addr.port}/rows.csv`;
  await assert.rejects(
    readSource(url, { timeoutSeconds: 30, signal: AbortSignal.timeout(50) }),
    { kind: "interrupted", message: `stopped while ${url} was downloaded` },
  );
});
