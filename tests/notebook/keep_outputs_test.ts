import assert from "node:assert/strict";
import { isEarly, keepOutputs } from "../../lib/notebook/keep_outputs.ts";

const silent = { display: async () => {}, broadcast() {} };
const unheard = Promise.resolve(undefined);

Deno.test("the wrapper is for versions that report cells as done too early", () => {
  const versions = ["2.7.14", "2.8.1", "2.8.2", "2.9.6", "2.10.0", "3.0.0-rc.1"];
  assert.deepEqual(versions.map(isEarly), [false, false, true, true, true, true]);
});

Deno.test("a version without the hook is told to the person, an old one changes nothing", () => {
  const { log } = console;
  assert.equal(keepOutputs(silent, unheard, "2.8.1"), undefined);
  assert.match(
    keepOutputs(silent, unheard, "9.0.0")!,
    /^Deno 9\.0\.0 has changed: .* 2\.9\.6 is known/,
  );
  assert.equal(console.log, log);
});
