/**
 * Requests that mean no good: sizes, types, depth, slow and broken bodies, paths, hang-ups. Each is refused with
 * an error that names no folder, and the server answers the next one.
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import type { Server } from "../../lib/serve/server.ts";
import { delay } from "./delay.ts";
import { get, post, toyBase, withServer } from "./toy_base.ts";

const limits = { maxBodyBytes: 20_000, maxInputs: 8, maxCharacters: 100, bodySeconds: 0.2 };

/** Sends bytes as they are, and gives what comes back until the server closes or falls silent. */
async function send({ port }: Server, ...parts: readonly (string | number)[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const chunks: string[] = [];
  const reading = (async () => {
    for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
      chunks.push(chunk);
      if (chunks.join("").includes("\r\n\r\n")) return;
    }
  })().catch(() => {});
  const writer = connection.writable.getWriter();
  try {
    for (const part of parts) {
      if (typeof part === "number") await delay(part);
      else await writer.write(new TextEncoder().encode(part));
    }
  } catch {
    // The server has closed it.
  }
  await Promise.race([reading, delay(2000)]);
  return chunks.join("");
}

const head = (length: number | string, path = "/classify") =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${
    typeof length === "number" ? `Content-Length: ${length}` : length
  }\r\n\r\n`;

async function isAlive(server: Server): Promise<void> {
  const { status } = await post(server, "/classify", { input: "fine" });
  assert.equal(status, 200);
}

Deno.test("bodies of wrong types and shapes are refused with what is wrong", () =>
  withServer([toyBase("a")], limits, async (server) => {
    const cases: readonly (readonly [body: string, status: number, message: RegExp])[] = [
      ["", 400, /JSON/],
      ["{", 400, /JSON/],
      ["null", 400, /./],
      ["[]", 400, /./],
      ["3", 400, /./],
      ["{}", 400, /input: must be/],
      ['{"input": null}', 400, /input: must be/],
      ['{"input": []}', 400, /input/],
      ['{"input": [["x"]]}', 400, /input/],
      ['{"input": [1, "x"]}', 400, /input\[0\]/],
      ['{"input": "x", "more": 1}', 400, /more/],
      ['{"input": "x", "model": 7}', 400, /model/],
      ['{"input": "x", "model": "none"}', 404, /there is no model "none"/],
      ['{"input": "x", "__proto__": {"a": 1}}', 400, /__proto__/],
      [JSON.stringify({ input: "x".repeat(101) }), 400, /more than 100 characters/],
      [JSON.stringify({ input: Array(9).fill("x") }), 400, /input/],
      [JSON.stringify({ input: "x".repeat(30_000) }), 413, /larger than 20000 bytes/],
      ["[".repeat(65) + "]".repeat(65), 400, /nested more than 64/],
      [`{"input": ${'{"a":'.repeat(3000)}1${"}".repeat(3000)}}`, 400, /nested/],
      ['{"input": "\\ud800"}', 200, /./],
      [`{"input": "${"[{".repeat(40)}"}`, 200, /./],
      ['{"input": "\\"[[\\\\"}', 200, /./],
    ];
    for (const [body, status, message] of cases) {
      const answer = await post(server, "/classify", body);
      const shown = `${body.slice(0, 60)}: ${JSON.stringify(answer.body)}`;
      assert.equal(answer.status, status, shown);
      if (status !== 200) assert.match(answer.body.error.message, message, shown);
    }
    const invalid = { headers: { "content-type": "application/json" }, method: "POST" };
    const bytes = await fetch(`${server.url}/classify`, {
      ...invalid,
      body: Uint8Array.of(34, 255, 34),
    });
    assert.match((await bytes.json()).error.message, /no UTF-8/);
    for (const type of ["text/plain", "application/json; charset=utf-16", "multipart/form-data"]) {
      const answer = await post(server, "/classify", "{}", { headers: { "content-type": type } });
      assert.equal(answer.status, 415, type);
    }
    await isAlive(server);
  }));

Deno.test("addresses and methods that there are not are refused, and no path leads to a file", () =>
  withServer([toyBase("a")], {}, async (server) => {
    for (
      const path of [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/docs/..%2f..%2fpackage.json",
        "/docs/swagger-ui.css/../../package.json",
        "/v1/models/..%2F..%2Fetc%2Fpasswd",
        "/v1/models/%00",
        "/%",
        `/${"a/".repeat(2000)}`,
        "/__proto__",
      ]
    ) {
      const answer = await send(
        server,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1.1 4\d\d/, `${path}: ${answer.slice(0, 100)}`);
    }
    const wrong = await fetch(`${server.url}/classify`);
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "POST"]);
    assert.match((await wrong.json()).error.message, /takes POST/);
    const page = await fetch(`${server.url}/docs`);
    assert.match(page.headers.get("content-security-policy")!, /default-src 'self'/);
    assert.match(await page.text(), /swagger-ui-bundle/);
    const script = await fetch(`${server.url}/docs/swagger-ui-bundle.js`);
    assert.ok((await script.text()).length > 1e6);
    const id = await get(server, "/health", { headers: { "x-request-id": "mine-1" } });
    assert.equal(id.headers.get("x-request-id"), "mine-1");
    const odd = await get(server, "/health", { headers: { "x-request-id": "<script>" } });
    assert.match(odd.headers.get("x-request-id")!, /^req_[0-9a-f]{32}$/);
    await isAlive(server);
  }));

Deno.test("slow, endless and broken bodies end, and hang-ups leave nothing behind", () => {
  const base = toyBase("a");
  return withServer([base], limits, async (server) => {
    const slow = await send(server, head(100), '{"input"', 100, ":", 400);
    assert.match(slow, /^HTTP\/1.1 408/);
    const long = await send(server, head(1_000_000_000), "{");
    assert.match(long, /^HTTP\/1.1 413/);
    const chunk = `1000\r\n${" ".repeat(4096)}\r\n`;
    const endless = await send(
      server,
      head("Transfer-Encoding: chunked"),
      ...Array<string>(8).fill(chunk),
    );
    assert.match(endless, /^HTTP\/1.1 413/);
    for (const part of ["GET", "POST /classify HTTP/1.1\r\nHo", head(50), `${head(50)}{"in`]) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await connection.write(new TextEncoder().encode(part));
      connection.close();
    }
    assert.match(
      await send(server, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"),
      /^(HTTP\/1.1 400|$)/,
    );
    const flood = Array.from({ length: 2000 }, (_, at) => `X-${at}: ${"a".repeat(100)}\r\n`).join(
      "",
    );
    const flooded = await send(server, `GET /health HTTP/1.1\r\nHost: x\r\n${flood}\r\n`);
    assert.match(flooded, /^(HTTP\/1.1 4\d\d|$)/);
    base.hold();
    const hangUps = Array.from({ length: 5 }, async () => {
      const hangUp = new AbortController();
      const asked = post(server, "/classify", { input: "x" }, { signal: hangUp.signal });
      await delay(20);
      hangUp.abort();
      await assert.rejects(asked);
    });
    await Promise.all(hangUps);
    const running = async () =>
      /tunebook_running_requests (\d+)/.exec(
        await (await fetch(`${server.url}/metrics`)).text(),
      )![1];
    // This one alone.
    while (await running() !== "1") await delay(5);
    base.release();
    await isAlive(server);
  });
});

Deno.test("a thousand bodies that were changed by chance are answered, none with an error of the server", () =>
  withServer([toyBase("a")], limits, async (server) => {
    const random = Random.fromSeed(1, "bodies");
    const whole = JSON.stringify({ model: "a", input: ["one", { text: "two" }, "three"] });
    const odd = [
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      ",",
      ":",
      "\u0000",
      "é",
      "1e999",
      "null",
      "\\u0000",
    ];
    const changed = () => {
      const at = random.integer(whole.length);
      const cut = random.integer(6);
      return whole.slice(0, at) + odd[random.integer(odd.length)] + whole.slice(at + cut);
    };
    const statuses = new Set<number>();
    for (let round = 0; round < 50; round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => post(server, "/classify", changed())),
      );
      for (const { status } of answers) statuses.add(status);
    }
    assert.deepEqual([...statuses].filter((each) => ![200, 400, 404].includes(each)), []);
    assert.ok(statuses.has(400));
    await isAlive(server);
  }));
