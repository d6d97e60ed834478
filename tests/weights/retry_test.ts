import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { type Outcome, retry, retryAfter } from "../../lib/weights/retry.ts";

const failure = new TunebookError("download", "it broke");

/** Runs outcomes one after another and returns the result and the waits. */
async function run(outcomes: Outcome<string>[], attempts = 3) {
  const waits: number[] = [];
  const sleep = (wait: number) => Promise.resolve(void waits.push(wait));
  const queue = [...outcomes];
  const value = await retry(() => Promise.resolve(queue.shift()!), { attempts, sleep })
    .catch((error) => error);
  return { value, waits, left: queue.length };
}

Deno.test("failures wait twice as long each time and end after so many in a row", async () => {
  assert.deepEqual(await run([{ failure }, { failure }, { value: "done" }]), {
    value: "done",
    waits: [500, 1000],
    left: 0,
  });
  assert.deepEqual(await run([{ failure }, { failure }, { failure }, { value: "late" }]), {
    value: failure,
    waits: [500, 1000],
    left: 1,
  });
});

Deno.test("progress begins the count anew", async () => {
  const advanced = { failure, advanced: true };
  const { value, waits } = await run([{ failure }, { failure }, advanced, { failure }, {
    value: "done",
  }]);
  assert.equal(value, "done");
  assert.deepEqual(waits, [500, 1000, 500, 1000]);
});

Deno.test("the server's wait counts, unless it is too long to sit through", async () => {
  const { waits } = await run([{ failure, waitMilliseconds: 12_000 }, { value: "done" }]);
  assert.deepEqual(waits, [12_000]);
  const { value } = await run([{ failure, waitMilliseconds: 3_600_000 }, { value: "done" }]);
  assert.match((value as unknown as Error).message, /it broke\. The server asks to wait 3600 s/);
});

Deno.test("Retry-After is read as seconds or as a date", () => {
  const read = (text: string) => retryAfter(new Headers({ "retry-after": text }));
  assert.equal(read("120"), 120_000);
  assert.equal(read("0"), 0);
  assert.equal(read("Mon, 01 Jan 2001 00:00:00 GMT"), 0);
  assert.ok(read(new Date(Date.now() + 3_600_000).toUTCString())! > 3_000_000);
  assert.equal(read("soon"), undefined);
  assert.equal(retryAfter(new Headers()), undefined);
});
