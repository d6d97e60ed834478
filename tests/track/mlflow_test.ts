import assert from "node:assert/strict";
import { mlflow } from "tunebook";

interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string | null;
}

/** A server that answers as MLflow 3 does, refuses where told, and keeps what it was asked. */
function server(refuses: (asked: Asked, count: number) => boolean = () => false) {
  const all: Asked[] = [];
  const listening = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const path = pathname.replace("/api/2.0/mlflow/", "");
      const authorization = request.headers.get("Authorization");
      const body = request.method === "GET"
        ? Object.fromEntries(searchParams)
        : await request.json();
      const asked = { path, body, authorization };
      all.push(asked);
      if (refuses(asked, all.length)) return new Response("busy", { status: 503 });
      if (path === "experiments/get-by-name") {
        return Response.json({ error_code: "RESOURCE_DOES_NOT_EXIST" }, { status: 404 });
      }
      if (path === "experiments/create") return Response.json({ experiment_id: "7" });
      if (path === "runs/create") return Response.json({ run: { info: { run_id: "r1" } } });
      return Response.json({});
    },
  );
  return {
    address: `http://127.0.0.1:${listening.addr.port}/`,
    all,
    of: (path: string) => all.filter((each) => each.path === path).map(({ body }) => body),
    [Symbol.asyncDispose]: () => listening.shutdown(),
  };
}

const values = (step: number) => ({ step, time: 1000 + step, values: { "train/loss": step / 2 } });

Deno.test("a run, its settings and all values in their order reach the server", async () => {
  await using tracked = server();
  const tracker = mlflow(tracked.address, { experiment: "it's a test" });
  const settings = Object.fromEntries(
    Array.from({ length: 130 }, (_, i) => [`method.part#${i}`, i ? "x" : "y".repeat(600)]),
  );
  await tracker.begin({ name: "a run", settings });
  for (let step = 1; step <= 2500; step++) await tracker.log(values(step));
  await tracker.log({ step: 2500, time: 1, values: { "test/f1": NaN } });
  await tracker.end("stopped");
  assert.deepEqual(tracked.of("experiments/get-by-name"), [{ experiment_name: "it's a test" }]);
  assert.deepEqual(tracked.of("experiments/create"), [{ name: "it's a test" }]);
  const [{ experiment_id, run_name }] = tracked.of("runs/create");
  assert.deepEqual([experiment_id, run_name], ["7", "a run"]);
  const batches = tracked.of("runs/log-batch");
  const params = batches.flatMap(({ params }) =>
    (params ?? []) as { key: string; value: string }[]
  );
  assert.equal(params.length, 130);
  assert.deepEqual([params[0].key, params[0].value.length], ["method.part_0", 500]);
  const metrics = batches.map(({ metrics }) => (metrics ?? []) as Record<string, unknown>[]);
  assert.ok(metrics.every(({ length }) => length <= 1000));
  const sent = metrics.flat();
  assert.equal(sent.length, 2501);
  assert.deepEqual(sent[1], { key: "train/loss", value: 1, timestamp: 1002, step: 2 });
  assert.deepEqual(
    sent.map(({ step }) => step),
    [...Array(2500).keys()].map((i) => i + 1).concat(2500),
  );
  assert.deepEqual(sent.at(-1), { key: "test/f1", value: "NaN", timestamp: 1, step: 2500 });
  assert.deepEqual(tracked.of("runs/update").map(({ status }) => status), ["KILLED"]);
});

Deno.test("values that a server refuses are sent again, none twice", async () => {
  let refused = 0;
  await using tracked = server(({ path, body }) =>
    path === "runs/log-batch" && "metrics" in body && refused++ < 2
  );
  const tracker = mlflow(tracked.address);
  await tracker.begin({ name: "a run", settings: {} });
  for (let step = 1; step <= 3; step++) await tracker.log(values(step));
  await tracker.end("finished");
  assert.equal(refused, 3);
  const batches = tracked.of("runs/log-batch").map(({ metrics }) => metrics as unknown[]);
  assert.equal(batches.at(-1)!.length, 3);
  assert.equal(tracked.of("runs/update").length, 1);
});

Deno.test("a server that is not there, or refuses, is an error that names it", async () => {
  const away = mlflow("http://127.0.0.1:9");
  await assert.rejects(away.begin({ name: "a run", settings: {} }), (error: Error) => {
    assert.match(
      error.message,
      /MLflow at http:\/\/127\.0\.0\.1:9 refuses experiments\/get-by-name/,
    );
    return true;
  });
  await using refusing = server(({ path }) => path === "runs/create");
  const tracker = mlflow(refusing.address);
  await assert.rejects(tracker.begin({ name: "a run", settings: {} }), /runs\/create: 503: busy/);
});

Deno.test("a run that is gone on with keeps its settings, and a token is sent", async () => {
  await using tracked = server();
  Deno.env.set("MLFLOW_TRACKING_TOKEN", "a token");
  try {
    const tracker = mlflow(tracked.address, { run: "before" });
    await tracker.begin({ name: "a run", settings: { a: "1" } });
    await tracker.end("failed");
  } finally {
    Deno.env.delete("MLFLOW_TRACKING_TOKEN");
  }
  assert.deepEqual(tracked.all.map(({ path, body }) => [path, body.run_id, body.status]), [
    ["runs/update", "before", "RUNNING"],
    ["runs/update", "before", "FAILED"],
  ]);
  assert.equal(tracked.all[0].authorization, "Bearer a token");
});
