import assert from "node:assert/strict";
import { sharing } from "./share_sessions.ts";

type Create = Parameters<typeof sharing>[0];

/** Sessions that answer with the graph's first byte, and what became of them. */
function counted() {
  const [made, released]: number[][] = [[], []];
  const create: Create = (graph) => {
    const [first] = graph as Uint8Array;
    made.push(first);
    if (first === 0) return Promise.reject(new Error("no graph"));
    return Promise.resolve({
      inputNames: [`input ${first}`],
      run: () => Promise.resolve({ first }),
      release: () => Promise.resolve(void released.push(first)),
    } as unknown as Awaited<ReturnType<Create>>);
  };
  return { create, made, released };
}

Deno.test("equal graphs share a session; other graphs and options have their own", async () => {
  const { create, made, released } = counted();
  const open = sharing(create);
  const [one, same] = await Promise.all([open(Uint8Array.of(1)), open(Uint8Array.of(1))]);
  const other = await open(Uint8Array.of(2));
  await open(Uint8Array.of(1), { graphOptimizationLevel: "disabled" });
  assert.deepEqual(made, [1, 2, 1]);
  assert.deepEqual([await same.run({}), await other.run({})], [{ first: 1 }, { first: 2 }]);
  assert.deepEqual(other.inputNames, ["input 2"]);
  await one.release();
  assert.deepEqual(await same.run({}), { first: 1 }, "another one is still held");
  assert.throws(() => one.run({}), /already disposed/);
  await assert.rejects(one.release(), /already disposed/);
  assert.deepEqual(released, []);
});

Deno.test("unused sessions beyond the limit are released, and those in use are not", async () => {
  const { create, made, released } = counted();
  const open = sharing(create, 2);
  const held = await open(Uint8Array.of(1));
  for (const first of [2, 3, 4]) await (await open(Uint8Array.of(first))).release();
  assert.deepEqual(released, [2, 3]);
  assert.deepEqual(await held.run({}), { first: 1 });
  await (await open(Uint8Array.of(4))).release();
  assert.deepEqual(made, [1, 2, 3, 4], "the last one was kept");
});

Deno.test("graphs with weights in files, with profiles, or in files share nothing", async () => {
  const { create, made } = counted();
  const open = sharing(create);
  const folder = { model_external_initializers_file_folder_path: "folder" };
  for (
    const options of [{ extra: { session: folder } }, { enableProfiling: true }]
  ) {
    for (let i = 0; i < 2; i++) await open(Uint8Array.of(1), options);
  }
  const large = new Uint8Array((1 << 20) + 1).fill(5);
  for (let i = 0; i < 2; i++) await open(large);
  assert.deepEqual(made, [1, 1, 1, 1, 5, 5]);
});

Deno.test("a graph that could not be prepared is tried again", async () => {
  const { create, made } = counted();
  const open = sharing(create);
  for (let i = 0; i < 2; i++) await assert.rejects(open(Uint8Array.of(0)), /no graph/);
  assert.deepEqual(made, [0, 0]);
});
