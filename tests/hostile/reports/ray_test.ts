/**
 * Jobs of Ray that say nothing, and addresses as people copy them, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { followJob } from "../../../lib/parallel/ray/follow_job.ts";
import { openRayCluster, type RayJob } from "../../../lib/parallel/ray/ray_cluster.ts";
import { rayPackage } from "../../../lib/parallel/ray/ray_package.ts";
import { isMistake } from "../../is_mistake.ts";
import { rayServer } from "../../parallel/ray/ray_server.ts";

Deno.test("a job that waits for what no node has says so once; one that begins soon says nothing", async () => {
  await using server = rayServer();
  const cluster = await openRayCluster(server.address);
  const message = "It may be waiting for resources (CPUs, GPUs) to become available.";
  const notesOf = async (beginSeconds: number) => {
    const waits = Promise.withResolvers<void>();
    let status: RayJob["status"] = "PENDING";
    const notes: string[] = [];
    const waiting = {
      ...cluster,
      job: (id: string) => Promise.resolve({ id, status, command: "", message }),
      log: () => Promise.resolve(""),
      // Ray's own keeps the connection open until the job has ended.
      async *logs() {
        await waits.promise;
        yield "begun\n";
      },
    };
    const end = () => {
      status = "SUCCEEDED";
      waits.resolve();
    };
    if (beginSeconds > 1) end();
    await followJob(waiting, "j-1", {
      onText() {},
      onNote(note) {
        notes.push(note);
        end();
      },
      beginSeconds,
    });
    return notes;
  };
  assert.deepEqual(await notesOf(0.01), [`the job has not begun: ${message}`]);
  assert.deepEqual(await notesOf(30), []);
});

Deno.test("a cluster is found by any page of its dashboard, and by no other kind of address", async () => {
  await using server = rayServer();
  for (const page of ["", "/", "/#/jobs", "?view=jobs#x"]) {
    assert.equal((await openRayCluster(server.address + page)).address, server.address);
  }
  for (const other of ["localhost:8265", "ray://head:10001", "head"]) {
    await assert.rejects(
      openRayCluster(other),
      isMistake("input", "such as http://head:8265", `not "${other}"`),
    );
  }
});

Deno.test("a package is known by all of its files", async () => {
  const of = async (text: string) => {
    const files = new Map([[".hidden", "x"], ["plan.json", text], ["ünïcode/数据.csv", "a"]]);
    const bytes = [...files].map(([path, each]) => [path, new TextEncoder().encode(each)] as const);
    return (await rayPackage(new Map(bytes))).name;
  };
  assert.equal(await of("one"), await of("one"));
  assert.notEqual(await of("one"), await of("two"));
});
