import assert from "node:assert/strict";
import { version } from "../../lib/core/version.ts";

Deno.test("the version is that of deno.json", async () => {
  const config = new URL("../../deno.json", import.meta.url);
  assert.equal(version, JSON.parse(await Deno.readTextFile(config)).version);
});
