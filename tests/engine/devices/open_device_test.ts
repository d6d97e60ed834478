import assert from "node:assert/strict";
import { join } from "node:path";
import { messageOf, TunebookError } from "../../../lib/core/errors.ts";
import { deviceNames, openDevice } from "../../../lib/engine/devices/open_device.ts";
import { providerLack } from "../../../lib/engine/devices/provider_lack.ts";

Deno.test("an unknown device is refused with the known names", async () => {
  await assert.rejects(() => openDevice("webgup"), (error) => {
    assert(error instanceof TunebookError);
    assert.equal(error.kind, "input");
    assert.match(error.message, /did you mean "webgpu"/);
    for (const name of deviceNames) assert(error.message.includes(name), name);
    return true;
  });
  await assert.rejects(() => openDevice("tfjs:toString"), /there is no device/);
});

Deno.test("auto takes a device that works and gives a reason for each", async () => {
  const device = await openDevice("auto");
  assert(deviceNames.includes(device.name) && device.name !== "auto");
  assert.match(device.description, new RegExp(`^${device.name} \\(.*cpu \\d+\\.\\d ms`));
  for (const name of ["webgpu", "cuda"]) {
    assert.match(device.description, new RegExp(`${name} (\\d|does not work: \\w)`));
  }
  assert(!device.description.includes("\n"));
});

for (const name of ["webgpu", "cuda"] as const) {
  const lack = providerLack(name);
  Deno.test({
    name: `${name} by name on a machine that lacks it is one line`,
    ignore: lack === undefined,
    async fn() {
      await assert.rejects(() => openDevice(name), (error) => {
        assert(error instanceof TunebookError);
        assert.equal(error.kind, "device");
        assert.equal(messageOf(error), `the device ${name} does not work: ${lack}`);
        return true;
      });
    },
  });
}

Deno.test({
  name: "looking for a missing provider prints nothing to the terminal",
  ignore: providerLack("cuda") === undefined,
  async fn() {
    const root = join(import.meta.dirname!, "..", "..", "..");
    const module = new URL(`file://${join(root, "lib/engine/devices/open_device.ts")}`).href;
    const { stderr, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `--config=${join(root, "deno.json")}`,
        `
        import { openDevice } from ${JSON.stringify(module)};
        await openDevice("cuda").catch((error) => console.log(error.kind));
      `,
      ],
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "device");
    assert.equal(new TextDecoder().decode(stderr), "");
  },
});
