import assert from "node:assert/strict";
import { processorFlags } from "../../../lib/engine/devices/processor_flags.ts";

Deno.test({
  name: "this machine's processor is known, and a program that may not look knows none",
  ignore: Deno.build.os === "windows",
  async fn() {
    assert.ok(processorFlags());
    const path = JSON.stringify(
      new URL("../../../lib/engine/devices/processor_flags.ts", import.meta.url),
    );
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--no-check",
        `import { processorFlags } from ${path};
await Deno.permissions.revoke({ name: "read" });
await Deno.permissions.revoke({ name: "run" });
console.log(processorFlags());`,
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    assert.equal(code, 0);
    assert.equal(new TextDecoder().decode(stdout), "undefined\n");
  },
});
