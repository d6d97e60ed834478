/**
 * A server of a base without weights: endpoints, batches, keys, limits, and how it stops.
 */
import assert from "node:assert/strict";
import { delay } from "./delay.ts";
import { broken, get, post, refused, toyBase, withServer } from "./toy_base.ts";

const classify = (input: unknown, model = "a") => ({ model, input });

Deno.test("texts are classified one by one and as a list, and models are listed", () =>
  withServer([toyBase("a", "b")], {}, async (server, answered) => {
    const one = await post(server, "/classify", classify("a long text"));
    assert.equal(one.status, 200);
    assert.deepEqual(one.body.data, [
      { index: 0, label: "long", probabilities: { short: 0, long: 1 } },
    ]);
    const two = await post(server, "/classify", classify(["ab", { text: "a long text" }], "b"));
    assert.deepEqual(two.body.data.map(({ label }: { label: string }) => label), ["short", "long"]);
    assert.equal(two.body.model, "b");
    assert.equal(two.body.id, two.headers.get("x-request-id"));
    assert.deepEqual(answered.map(({ model, inputs }) => [model.name, inputs]), [
      ["a", ["a long text"]],
      ["b", ["ab", "a long text"]],
    ]);
    const models = await get(server, "/v1/models");
    assert.deepEqual(models.body.data.map(({ id }: { id: string }) => id), ["a", "b"]);
    const model = await get(server, "/v1/models/b");
    assert.deepEqual(model.body, {
      id: "b",
      object: "model",
      created: 1_700_000_000,
      owned_by: "tunebook",
      task: "text-classification",
      kind: "single",
      labels: ["short", "long"],
      max_tokens: 16,
    });
  }));

Deno.test("the only model needs no name, and several do", async () => {
  await withServer([toyBase("a")], {}, async (server) => {
    assert.equal((await post(server, "/classify", { input: "x" })).body.model, "a");
  });
  await withServer([toyBase("a"), toyBase("b")], {}, async (server) => {
    const { status, body } = await post(server, "/classify", { input: "x" });
    assert.deepEqual([status, body.error], [400, {
      message: 'name a model: "a", "b"',
      type: "invalid_request_error",
      param: "model",
      code: null,
    }]);
  });
});

Deno.test("requests that arrive together share a batch, and a bad input fails its own request", async () => {
  const base = toyBase("a", "b");
  await withServer([base], {}, async (server) => {
    base.hold();
    const first = post(server, "/classify", classify("first"));
    while (base.batches.length === 0) await delay(1);
    const others = [["x"], [refused], ["y", "z"], [broken]].map((input, at) =>
      post(server, "/classify", classify(input, at % 2 === 0 ? "a" : "b"))
    );
    const waiting = async () =>
      /tunebook_waiting_inputs (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())![1];
    while (await waiting() !== "5") await delay(1);
    base.release();
    assert.equal((await first).status, 200);
    const found = await Promise.all(others);
    assert.deepEqual(found.map(({ status }) => status), [200, 400, 200, 500]);
    assert.deepEqual([...base.batches[1]].sort(), ["broken", "refused", "x", "y", "z"]);
    // Its row is that of its own request, and the folder is not told.
    assert.equal(found[1].body.error.message, "input 1 of … is refused");
    const { message } = found[3].body.error;
    assert.match(message, /^the server could not answer; its log says why, under req_/);
  });
});

Deno.test("a full queue is told with 429, and who has gone leaves it", async () => {
  const base = toyBase("a");
  await withServer([base], { maxQueue: 4, maxInputs: 4 }, async (server) => {
    base.hold();
    const first = post(server, "/classify", classify("first"));
    while (base.batches.length === 0) await delay(1);
    const hangUp = new AbortController();
    const gone = post(server, "/classify", classify(["1", "2"]), { signal: hangUp.signal });
    const waits = post(server, "/classify", classify(["3", "4"]));
    const waiting = async () =>
      /tunebook_waiting_inputs (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())![1];
    while (await waiting() !== "4") await delay(1);
    const full = await post(server, "/classify", classify("5"));
    assert.equal(full.status, 429);
    assert.equal(full.body.error.type, "rate_limit_error");
    assert.ok(Number(full.headers.get("retry-after")) >= 1);
    hangUp.abort();
    await assert.rejects(gone);
    while (await waiting() !== "2") await delay(1);
    base.release();
    assert.equal((await first).status, 200);
    assert.equal((await waits).status, 200);
    assert.deepEqual(base.batches, [["first"], ["3", "4"]]);
  });
});

Deno.test("keys are asked of everything but probes and pages", () =>
  withServer([toyBase("a")], { apiKeys: ["first-key", "other-key"] }, async (server) => {
    const withKey = (headers: Record<string, string>) =>
      post(server, "/classify", classify("x"), { headers });
    const none = await withKey({});
    assert.deepEqual([none.status, none.body.error.code], [401, "invalid_api_key"]);
    assert.equal(none.headers.get("www-authenticate"), "Bearer");
    for (
      const authorization of ["Bearer no", "Bearer first-ke", "first-key", "Bearer first-keyy"]
    ) {
      assert.equal((await withKey({ authorization })).status, 401, authorization);
    }
    assert.equal((await withKey({ authorization: "Bearer other-key" })).status, 200);
    assert.equal((await withKey({ "x-api-key": "first-key" })).status, 200);
    for (const path of ["/v1/models", "/metrics", "/docs/../metrics", "/none"]) {
      const { status, body } = await get(server, path);
      assert.equal(status, 401, path);
      assert.equal(body.error.code, "invalid_api_key");
    }
    for (const path of ["/health", "/ready", "/openapi.json"]) {
      assert.equal((await get(server, path)).status, 200, path);
    }
  }));

Deno.test("pages of other origins may ask only where they are named", async () => {
  const ask = async (cors: readonly string[], origin: string) => {
    let allowed: string | null = "";
    await withServer([toyBase("a")], { cors }, async ({ url }) => {
      const answer = await fetch(`${url}/health`, { headers: { origin } });
      await answer.body?.cancel();
      allowed = answer.headers.get("access-control-allow-origin");
    });
    return allowed;
  };
  assert.equal(await ask([], "https://example.org"), null);
  assert.equal(await ask(["https://example.org"], "https://example.org"), "https://example.org");
  assert.equal(await ask(["https://example.org"], "https://other.org"), null);
  assert.equal(await ask(["*"], "https://other.org"), "*");
});

Deno.test("a server that is stopped finishes what runs and refuses what comes", async () => {
  const base = toyBase("a");
  await withServer([base], {}, async (server) => {
    base.hold();
    const running = post(server, "/classify", classify("x"));
    while (base.batches.length === 0) await delay(1);
    const stopped = server.stop();
    const late = await post(server, "/classify", classify("y"));
    assert.deepEqual([late.status, late.body.error.code], [503, "stopping"]);
    assert.equal((await get(server, "/ready")).status, 503);
    assert.equal((await get(server, "/health")).status, 200);
    assert.equal(base.isDisposed, false);
    base.release();
    assert.equal((await running).status, 200);
    await stopped;
    await server.finished;
    assert.equal(base.isDisposed, true);
    await assert.rejects(fetch(`${server.url}/health`));
  });
});

Deno.test("requests that are on their way to a server that is stopped are answered", async () => {
  await withServer([toyBase("a")], {}, async (server) => {
    const sent = Array.from({ length: 6 }, () => post(server, "/classify", classify("x")));
    await server.stop();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    assert.ok(statuses.every((status) => [200, 503].includes(status)), statuses.join());
  });
});

Deno.test("what takes longer than it may is given up", async () => {
  const base = toyBase("a");
  await withServer([base], { answerSeconds: 0.05 }, async (server) => {
    base.hold();
    const { status, body } = await post(server, "/classify", classify("x"));
    assert.deepEqual([status, body.error.code], [504, "timeout"]);
  });
  const other = toyBase("a");
  await withServer([other], { stopSeconds: 0.05 }, async (server) => {
    other.hold();
    const running = post(server, "/classify", classify("x"));
    while (other.batches.length === 0) await delay(1);
    await server.stop();
    assert.equal((await running).status, 503);
  });
});

Deno.test("requests are counted by endpoint, status and model", () =>
  withServer([toyBase("a")], {}, async (server) => {
    await post(server, "/classify", classify(["x", "y"]));
    await post(server, "/classify", classify(3));
    await get(server, "/v1/models/none");
    await get(server, "/no/such/endpoint");
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const lines = text.split("\n");
    for (
      const line of [
        'tunebook_requests_total{route="/classify",status="200",model="a"} 1',
        'tunebook_requests_total{route="/classify",status="400",model=""} 1',
        'tunebook_requests_total{route="/v1/models/:model",status="404",model=""} 1',
        'tunebook_requests_total{route="none",status="404",model=""} 1',
        "tunebook_batch_inputs_sum 2",
        "tunebook_running_requests 1",
      ]
    ) {
      assert.ok(lines.includes(line), `${line} is not in\n${text}`);
    }
    assert.match(text, /process_resident_memory_bytes \d{7,}/);
  }));
