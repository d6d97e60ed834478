import assert from "node:assert/strict";
import { notebook } from "tunebook/notebook";
import { setUpNotebook } from "../../lib/notebook/set_up.ts";

Deno.test("outside a notebook the import changes nothing", async () => {
  assert.deepEqual(notebook, { isNotebook: false, warnings: [] });
  assert.equal(setUpNotebook(), notebook);
  // A process with a listener left behind would not end by itself.
  const program = `const [stringify, log] = [JSON.stringify, console.log];
await import("tunebook/notebook");
console.log(stringify === JSON.stringify && log === console.log);`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert.ok(success);
  assert.equal(new TextDecoder().decode(stdout).trim(), "true");
});
