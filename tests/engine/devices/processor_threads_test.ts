import assert from "node:assert/strict";
import { processorThreads } from "../../../lib/engine/devices/processor_threads.ts";

Deno.test("the variable sets the threads, and anything but a count is an error", () => {
  const threads = (text?: string) =>
    processorThreads((name) => ({ TUNEBOOK_THREADS: text, OMP_NUM_THREADS: "7" })[name]);
  assert.equal(threads(), undefined);
  assert.equal(threads(""), undefined);
  assert.equal(threads("3"), 3);
  for (const wrong of ["0", "-1", "1.5", "all"]) {
    assert.throws(() => threads(wrong), {
      kind: "input",
      message: `TUNEBOOK_THREADS must be a whole number of threads, 1 or more, not "${wrong}"`,
    });
  }
});

Deno.test("a program without the permission is not asked for it", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-check"],
      `import { processorThreads } from ${
        JSON.stringify(new URL("../../../lib/engine/devices/processor_threads.ts", import.meta.url))
      };
await Deno.permissions.revoke({ name: "env" });
console.log(processorThreads());`,
    ],
    env: { TUNEBOOK_THREADS: "2", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stdout), "undefined\n");
});
