import assert from "node:assert/strict";
import { isInterruption } from "../../../lib/core/interruption.ts";
import type { Device } from "../../../lib/engine/devices/device.ts";
import { onnxRuntime } from "../../../lib/engine/devices/onnx_runtime.ts";
import { endOfLeftBehind } from "../../../lib/engine/devices/runtime_thread.ts";
import { type Program, tf } from "../../../lib/engine/mod.ts";
import { slowFeeds, slowProgram } from "./slow_program.ts";
import { trainTiny } from "./tiny_bert.ts";

const apart = onnxRuntime("cpu", undefined, { apart: true });
const bindings = { frozen: () => new Float32Array() };

/** How often a timer fires while a slow program runs. */
async function timersDuringRun(device: Device): Promise<number> {
  const step = await device.compile(slowProgram, bindings);
  let fired = 0;
  const timer = setInterval(() => fired++, 1);
  await step.run(slowFeeds);
  clearInterval(timer);
  await step.dispose();
  return fired;
}

Deno.test("a thread of its own gives the same bits", async () => {
  const here = await trainTiny(onnxRuntime("cpu", undefined, { apart: false }));
  const there = await trainTiny(apart);
  assert.deepEqual(there.losses, here.losses);
  assert.deepEqual([...there.trained], [...here.trained]);
});

Deno.test("timers fire while a step runs", async () => {
  // ONNX Runtime's binding blocks its thread. Where that changes, the thread is not needed.
  assert.ok(await timersDuringRun(onnxRuntime("cpu", undefined, { apart: false })) <= 1);
  assert.ok(await timersDuringRun(apart) > 1);
});

Deno.test("an abort leaves a run behind, and later work is not harmed", async () => {
  const step = await apart.compile(slowProgram, bindings);
  const { sum } = await step.run(slowFeeds);
  const controller = new AbortController();
  const order: string[] = [];
  const left = step.run(slowFeeds, controller.signal).catch((error) => {
    assert.ok(isInterruption(error), String(error));
    order.push("left");
  });
  const other = step.run(slowFeeds).then((results) => {
    order.push("ended");
    assert.deepEqual(results.sum, sum);
  });
  setTimeout(() => controller.abort(), 1);
  await Promise.all([left, other]);
  assert.deepEqual(order, ["left", "ended"]);
  await assert.rejects(step.run(slowFeeds, controller.signal), isInterruption);

  // Nor does the end of another session wait for what was left.
  const another = await apart.compile(slowProgram, bindings);
  const second = new AbortController();
  const alsoLeft = step.run(slowFeeds, second.signal);
  const after = step.run(slowFeeds).then(() => order.push("after"));
  second.abort();
  await assert.rejects(alsoLeft, isInterruption);
  await another.dispose();
  order.push("disposed");
  await after;
  assert.deepEqual(order.slice(2), ["disposed", "after"]);
  await step.dispose();
  // The thread serves others while it still has the old run to end.
  const next = await apart.compile(slowProgram, bindings);
  assert.deepEqual((await next.run(slowFeeds)).sum, sum);
  await next.dispose();
  assert.equal(await endOfLeftBehind(), 0);
});

Deno.test("errors of a step come from the thread with their names", async () => {
  const program: Program = {
    name: "tried",
    inputs: {
      ids: { role: "feed", type: "int32", shape: ["rows"] },
      table: { role: "frozen", type: "float32", shape: [3, 2] },
    },
    compute: ({ ids, table }) => ({ y: tf.gather(table, ids) }),
  };
  const step = await apart.compile(program, { frozen: () => new Float32Array(6) });
  const run = (...ids: number[]) =>
    step.run({ ids: { shape: [ids.length], data: Int32Array.from(ids) } });
  await assert.rejects(run(7), /tried failed on the device cpu: .*(bounds|range)/s);
  assert.equal((await run(1)).y.data.length, 2);
  await step.dispose();
});

Deno.test("a program may be disposed twice, in this thread and in its own", async () => {
  for (const isApart of [false, true]) {
    const device = onnxRuntime("cpu", undefined, { apart: isApart });
    const step = await device.compile(slowProgram, bindings);
    const other = await device.compile(slowProgram, bindings);
    await step.dispose();
    await step.dispose();
    // The thread is still there for the other one.
    const { sum } = await other.run(slowFeeds);
    assert.equal(sum.data.length, 1);
    await other.dispose();
    await other.dispose();
  }
});
