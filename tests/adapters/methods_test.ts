import assert from "node:assert/strict";
import { methodOf } from "../../lib/adapters/mod.ts";
import { TunebookError } from "../../lib/core/errors.ts";

const refused = (name: string, settings: Record<string, unknown>, message: RegExp) =>
  assert.throws(
    () => methodOf(name, settings),
    (error) => {
      assert.ok(error instanceof TunebookError, String(error));
      assert.equal(error.kind, "input");
      assert.match(error.message, message);
      return true;
    },
  );

Deno.test("a method is made from its name and settings", () => {
  assert.equal(methodOf("lora", { rank: 3 }).settings.rank, 3);
  assert.equal(methodOf("full").method, "full");
  assert.equal(methodOf("head", {}).method, "head");
});

Deno.test("an unknown method or setting is refused with a suggestion", () => {
  refused("lorra", {}, /no method "lorra".*did you mean "lora"/);
  refused("constructor", {}, /no method "constructor"/);
  refused("lora", { rnk: 3 }, /rnk.*did you mean "rank"/);
  refused("full", { rank: 3 }, /rank/);
});
