import assert from "node:assert/strict";
import { join } from "node:path";
import { messageOf, TunebookError } from "../../../lib/core/errors.ts";
import { deviceNames, openDevice } from "../../../lib/engine/devices/open_device.ts";
import { providerLack } from "../../../lib/engine/devices/provider_lack.ts";
import { isMistake } from "../../is_mistake.ts";
import { gpuLack } from "./gpu_lack.ts";

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

Deno.test("float16 is refused where it would be slower or is not there, and why", async () => {
  const refused = (name: string, why: string) =>
    assert.rejects(
      () => openDevice(name, { precision: "float16" }),
      isMistake(
        "device",
        `the device ${name} does not compute in float16: ${why}`,
        'Use precision "float32"',
      ),
    );
  await refused("cpu", "the runtime has no fast float16 on processors");
  await refused("tfjs:cpu", "tensorflow.js computes in float32");
  await assert.rejects(
    () => openDevice("cpu", { precision: "half" as "float16" }),
    isMistake("input", "precision", "one of float32, float16, auto"),
  );
  // An adapter without 16-bit floats; on a machine without a GPU it is the GPU that is missing.
  const lack = await gpuLack("float16");
  if (lack && !await gpuLack()) await refused("webgpu", "its adapter has no 16-bit floats");
});

Deno.test("the precision auto says what it took", async () => {
  const device = await openDevice("cpu", { precision: "auto" });
  assert.equal(device.precision, "float32");
  assert.match(device.description, /^cpu \(in float32: the runtime has no fast float16/);
  const fastest = await openDevice("auto", { precision: "auto" });
  assert.match(fastest.description, /fastest for a probe: cpu \d+\.\d ms; (the device )?webgpu/);
  assert.equal(fastest.precision === "float16", fastest.inFloat32 !== undefined);
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
