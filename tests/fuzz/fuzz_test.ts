import assert from "node:assert/strict";
import { runFuzz } from "./run_fuzz.ts";

/** Cases of the short part; `deno task fuzz` tries 10,000. */
const cases = 400;

Deno.test(`${cases} damaged inputs are read or refused with a clear error`, async () => {
  const findings = await runFuzz({ seed: 13, from: 0, to: cases });
  const failed = findings.filter(({ outcome }) => outcome === "failed");
  assert.deepEqual(failed, []);
  assert.equal(findings.length, cases);
  const readers = new Set(findings.map(({ reader }) => reader));
  assert.ok(readers.size >= 25, `${readers.size} readers`);
  assert.ok(findings.filter(({ outcome }) => outcome === "refused").length > cases / 4);
});
