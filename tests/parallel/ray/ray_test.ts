import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { followJob } from "../../../lib/parallel/ray/follow_job.ts";
import { openRayCluster } from "../../../lib/parallel/ray/ray_cluster.ts";
import { rayPackage, refuseLargeFiles } from "../../../lib/parallel/ray/ray_package.ts";
import { isMistake } from "../../is_mistake.ts";
import { rayServer, type RayServerOptions } from "./ray_server.ts";

const says = ["one\n", "two\nthr", "ee\n", "four \u001b[2J\n"];
const heard = "one\ntwo\nthree\nfour \\u001b[2J\n";

/** Submits a job to a server and follows it. */
async function followed(options: RayServerOptions, unreachable = 0) {
  await using server = rayServer({ says, ...options });
  const cluster = await openRayCluster(`${server.address}/`);
  const packageUri = await cluster.upload("_ray_pkg_a.zip", Uint8Array.of(1));
  await cluster.submit({
    id: "j-1",
    command: "true",
    packageUri,
    environment: { A: "b" },
    cpus: 2,
  });
  const notes: string[] = [];
  let text = "";
  let left = unreachable;
  const some = {
    ...cluster,
    job: async (id: string) => left-- > 0 ? undefined : await cluster.job(id),
  };
  const failed = await followJob(some, "j-1", {
    onText: (more) => text += more,
    onNote: (note) => notes.push(note),
    waitSeconds: 1,
  }).then(() => undefined, (error) => error);
  return { text, notes, failed, jobs: server.jobs };
}

Deno.test("a job is submitted with its package, and told to its end", async () => {
  const { text, notes, failed, jobs: [job] } = await followed({});
  assert.equal(failed, undefined);
  assert.equal(text, heard);
  assert.deepEqual(notes, []);
  assert.equal(job.entrypoint, "true");
  assert.deepEqual(job.runtime_env, {
    working_dir: "gcs://_ray_pkg_a.zip",
    env_vars: { A: "b" },
  });
});

Deno.test("a connection that breaks is made again, and no line is told twice", async () => {
  for (const breaksAfter of [[2], [0, 3], [4]]) {
    const { text, failed } = await followed({ breaksAfter });
    assert.equal(failed, undefined);
    assert.equal(text, heard);
  }
  const { text, notes, failed } = await followed({ breaksAfter: [1] }, 1);
  assert.equal(failed, undefined);
  assert.equal(text, heard);
  assert.match(notes.join("\n"), /was lost; trying again\n.*answers again/);
});

Deno.test("what was said while nobody listened is told at the end", async () => {
  await using server = rayServer({ says });
  const cluster = await openRayCluster(server.address);
  await cluster.submit({ id: "j-1", command: "true", packageUri: "gcs://x", environment: {} });
  server.jobs[0].status = "SUCCEEDED";
  let text = "";
  const deaf = { ...cluster, logs: async function* () {} };
  await followJob(deaf, "j-1", { onText: (more) => text += more, onNote() {} });
  assert.equal(text, heard);
});

Deno.test("jobs that fail, that are stopped and that are lost end in errors", async () => {
  const message =
    "Job entrypoint command failed with exit code 2, last available logs:\nerror: no rows";
  const { failed } = await followed({ ends: { status: "FAILED", message } });
  assert.ok(isMistake("device", "j-1 failed", "error: no rows")(failed));
  const stopped = await followed({ ends: { status: "STOPPED", message: "" } });
  assert.ok(isMistake("interrupted", "j-1 was stopped")(stopped.failed));
  const lost = await followed({ breaksAfter: [1] }, Infinity);
  assert.ok(isMistake("device", "was lost 1 seconds ago", "j-1 may go on")(lost.failed));
});

Deno.test("who stops following leaves the job alone", async () => {
  await using server = rayServer({ says, breaksAfter: Array(100).fill(1) });
  const cluster = await openRayCluster(server.address);
  await cluster.submit({ id: "j-1", command: "true", packageUri: "gcs://x", environment: {} });
  const leave = new AbortController();
  await assert.rejects(
    followJob(cluster, "j-1", { onText: () => leave.abort(), onNote() {}, signal: leave.signal }),
    isMistake("interrupted", "j-1 goes on"),
  );
  assert.equal(server.jobs[0].status, "RUNNING");
});

Deno.test("what is no cluster of the right kind is told", async () => {
  await assert.rejects(openRayCluster("head:8265"), isMistake("input", "http://head:8265"));
  await assert.rejects(openRayCluster("http://127.0.0.1:9"), isMistake("device", "no Ray cluster"));
  await using newer = rayServer({ version: "5" });
  await assert.rejects(
    openRayCluster(newer.address),
    isMistake("unsupported", "Ray 2.60.0", "version 5", "version 4"),
  );
  await using locked = rayServer({ token: "secret" });
  await assert.rejects(openRayCluster(locked.address), isMistake("input", "RAY_AUTH_TOKEN"));
  const other = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<html>hello"),
  );
  await assert.rejects(
    openRayCluster(`http://127.0.0.1:${other.addr.port}`),
    isMistake("device", "no dashboard of Ray"),
  );
  await other.shutdown();
});

Deno.test("the same files are the same package, and too many are refused", async () => {
  const files = new Map([["b/c.txt", Uint8Array.of(1, 2)], ["a.json", Uint8Array.of(3)]]);
  const made = await rayPackage(files);
  const again = await rayPackage(new Map([...files].reverse()));
  assert.equal(made.name, again.name);
  assert.match(made.name, /^_ray_pkg_[0-9a-f]{16}\.zip$/);
  assert.deepEqual(made.content, again.content);
  assert.deepEqual(unzipSync(made.content), Object.fromEntries(files));
  const sizes = new Map([["small.bin", 1], ["large.bin", 2 ** 29]]);
  assert.throws(() => refuseLargeFiles(sizes), isMistake("input", "large.bin", "513 MiB", "512"));
  refuseLargeFiles(new Map([["large.bin", 2 ** 29]]));
});
