/**
 * Servers under load, in short: many connections, hostile requests, and processes that are ended and started
 * again. `deno task bench:serve` does the same for longer.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lora } from "tunebook";
import { hostileLimits } from "../../bench/serve/hostile_requests.ts";
import {
  type HttpConnection,
  openConnection,
  requestBytes,
} from "../../bench/serve/http_connection.ts";
import { manyConnections } from "../../bench/serve/many_connections.ts";
import { restartUnderLoad } from "../../bench/serve/restart_under_load.ts";
import { sendHostile } from "../../bench/serve/send_hostile.ts";
import { startOurServer, startServerProcess } from "../../bench/serve/server_process.ts";
import { trained } from "../pipeline/open/trained.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { collectGarbage } from "../../lib/core/collect_garbage.ts";
import { delay } from "./delay.ts";
import { toyBase, withServer } from "./toy_base.ts";

const short = (body: string) => JSON.parse(body).data[0].label === "short";

Deno.test("hostile requests of every kind are refused or closed, and good ones between them answered", () =>
  withServer([toyBase("a")], hostileLimits, async ({ port }) => {
    const { outcomes, good, faults } = await sendHostile({
      ...{ port, requests: 330, seed: 2, clients: 16 },
      good: { path: "/classify", body: { input: "x" }, isRight: short },
    });
    assert.deepEqual(faults, []);
    assert.equal(good, 34);
    assert.equal(Object.keys(outcomes).length, 22);
    assert.ok(outcomes["slow bodies"]["408"] > 0);
  }));

Deno.test("of many connections at once those that find a place are answered, others told when to come", async () => {
  const base = toyBase("a");
  await withServer([base], { maxQueue: 300, maxInputs: 8 }, async ({ port }) => {
    const asked = { port, connections: 400, path: "/classify", body: { input: "x" } };
    const { answered, refused, faults } = await manyConnections(asked);
    assert.equal(faults, 0);
    assert.equal(answered + refused, 400);
    assert.ok(answered >= 300);
    assert.ok(base.batches.length < answered / 4);
  });
});

Deno.test("bodies that come too slowly leave no memory behind", () =>
  withServer([toyBase("a")], { bodySeconds: 0.02 }, async ({ port }) => {
    const start = requestBytes("/classify", { input: "x" }).subarray(0, -3);
    const ask = async () => {
      using connection = await openConnection(port);
      await connection.send(start);
      assert.equal((await connection.answer()).status, 408);
    };
    const rounds = async (count: number) => {
      for (let at = 0; at < count; at++) await Promise.all(Array.from({ length: 10 }, ask));
      await delay(100);
      collectGarbage();
      return Deno.memoryUsage().external;
    };
    const before = await rounds(2);
    // A buffer of 64 KiB for each would be 6.5 MB.
    assert.ok(await rounds(10) - before < 2e6);
  }));

Deno.test("bodies that fill the memory together are refused until others are answered", () =>
  withServer([toyBase("a")], { maxBodyBytes: 1000, bodySeconds: 30 }, async ({ port }) => {
    const whole = requestBytes("/classify", { input: "x".repeat(950) });
    const open = await Promise.all(Array.from({ length: 9 }, () => openConnection(port)));
    for (const connection of open) await connection.send(whole.subarray(0, -1));
    // Nine bodies do not fit: one of them is refused before its last byte.
    const first = await Promise.race(open.map((connection) => connection.answer()));
    assert.equal(first.status, 429);
    assert.equal(first.headers.get("retry-after"), "1");
    for (const connection of open) connection[Symbol.dispose]();
    let status = 0;
    for (let tries = 0; status !== 200 && tries < 100; tries++) {
      using connection = await openConnection(port);
      await connection.send(whole);
      ({ status } = await connection.answer());
      if (status !== 200) await delay(20);
    }
    assert.equal(status, 200);
  }));

Deno.test("a body that is compressed and a host that is none are refused", () =>
  withServer([toyBase("a")], {}, async ({ port }) => {
    for (
      const [header, value, status] of [
        ["content-encoding", "gzip", 415],
        ["content-encoding", "identity", 200],
        ["host", "a@b/c?d#e", 400],
        ["host", "[::1]:80", 200],
        ["host", "films.example.org:8000", 200],
      ] as const
    ) {
      using connection = await openConnection(port);
      const bytes = requestBytes("/classify", { input: "x" }, { [header]: value });
      // Without the usual host, so that there is one.
      const text = new TextDecoder().decode(bytes);
      await connection.send(
        new TextEncoder().encode(
          header === "host" ? text.replace("host: localhost\r\n", "") : text,
        ),
      );
      assert.equal((await connection.answer()).status, status, value);
    }
  }));

Deno.test({
  name: "a server outlives more connections than it may have files",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const script = fileURLToPath(new URL("accept_server.ts", import.meta.url));
    await using server = await startServerProcess("sh", [
      "-c",
      `ulimit -n 80; exec "$0" "$@"`,
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", script],
    ]);
    const open: HttpConnection[] = [];
    const connections = 120;
    for (let at = 0; at < connections; at++) {
      await openConnection(server.port).then((each) => open.push(each), () => delay(5));
    }
    const asked = await Promise.allSettled(open.map(async (connection) => {
      await connection.send(requestBytes("/classify", { input: "x" }));
      return await connection.answer();
    }));
    const answered = asked.filter(({ status }) => status === "fulfilled").length;
    assert.ok(answered > 20 && answered < connections, `${answered} of ${open.length}`);
    for (const connection of open) connection[Symbol.dispose]();
    const ask = async () => {
      using connection = await openConnection(server.port);
      await connection.send(requestBytes("/classify", { input: "x" }));
      return await connection.answer();
    };
    let answer = await ask().catch(() => undefined);
    // It listens again a moment after it could not.
    for (let tries = 0; !answer && tries < 100; tries++) {
      await delay(50);
      answer = await ask().catch(() => undefined);
    }
    assert.equal(answer?.status, 200);
  },
});

Deno.test({
  name:
    "servers that are ended under load finish or break off what they began, and lose nothing they told",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"));
      const [expected] = await trained(reference, join(folder, "mood"), lora({ rank: 2 }), {
        label: "mood",
      });
      const store = join(folder, "store");
      const found = await restartUnderLoad({
        start: (port) =>
          startOurServer(join(folder, "mood"), "--port", `${port}`, "--store", store, "--quiet"),
        store: join(store, "mood.sqlite"),
        clients: 8,
        answers: 100,
        signals: ["SIGTERM", "SIGKILL"],
        path: "/classify",
        body: { input: "the film was superb" },
        label: "positive",
        isRight: (body) => JSON.parse(body).data[0].label === expected.label,
      });
      assert.deepEqual(found.faults, []);
      assert.deepEqual(found.codes, [0, 137]);
      assert.equal(found.broken.SIGTERM, 0);
      assert.ok(found.answered >= 300);
      assert.ok(found.labels > 10);
      assert.equal(found.lostLabels, 0);
      assert.equal(found.lostAnswers, 0);
    }),
});
