import assert from "node:assert/strict";
import { queuedCell, refuseQueuedCell, watchQueue } from "../../lib/core/queued_cell.ts";
import { stopQueue } from "../../lib/notebook/stop_queue.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("cells that were asked for before a stop are behind it, but not the stopped one", () => {
  let now = 1000;
  let present: { number: number; askedAt: number } | undefined = { number: 1, askedAt: 10 };
  const { stop, isBehindStop } = stopQueue(() => present, () => now);
  assert.equal(isBehindStop(), false, "nothing was stopped");
  stop();
  assert.equal(isBehindStop(), false, "the cell that was stopped");
  present = { number: 2, askedAt: 10 };
  assert.equal(isBehindStop(), true, "asked for in the same millisecond");
  present = { number: 3, askedAt: 1001 };
  assert.equal(isBehindStop(), false, "asked for after the stop");
  now = 2000;
  stop();
  present = { number: 4, askedAt: 1500 };
  assert.equal(isBehindStop(), true);
  present = undefined;
  assert.equal(isBehindStop(), false, "a kernel that cannot be heard");
});

Deno.test("work in such a cell is refused with one sentence", () => {
  refuseQueuedCell();
  let isBehind = true;
  watchQueue(() => isBehind);
  assert.throws(refuseQueuedCell, isMistake("interrupted", new RegExp(`^${queuedCell}$`)));
  isBehind = false;
  refuseQueuedCell();
});
