import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, adapter, lora, merged, model, onnx } from "tunebook";
import type { Precision } from "../../../lib/engine/precision.ts";
import { gpuLack } from "../../engine/devices/gpu_lack.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const reasons = { float32: await gpuLack(), float16: await gpuLack("float16") };

async function planIn(folder: string) {
  return model(await tinyModel(join(folder, "base")))
    .data(moods(48), { text: "text", label: "mood", validation: 0.2 })
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 2, batchSize: 8, learningRate: 1e-2, keepBest: true })
    .evaluate({ accuracy });
}

Deno.test("a run refuses a precision that its device has not, before anything is trained", () =>
  inFolder(async (folder) => {
    const plan = await planIn(folder);
    await assert.rejects(
      () => plan.run({ quiet: true, precision: "float16" }),
      isMistake("device", "the device cpu does not compute in float16", "fast float16"),
    );
    await assert.rejects(
      () => plan.run({ quiet: true, precision: "bfloat16" as "float16" }),
      isMistake("input", "precision", "one of float32, float16, auto"),
    );
  }));

for (const precision of ["float32", "float16"] as const) {
  const reason = reasons[precision];
  Deno.test({
    name: `a run on webgpu in ${precision} is scored and deployed in float32${
      reason ? ` (${reason})` : ""
    }`,
    ignore: reason !== undefined,
    fn: () => inFolder((folder) => compare(folder, precision)),
  });
}

async function compare(folder: string, precision: Precision): Promise<void> {
  const plan = (await planIn(folder)).deploy(
    adapter(join(folder, "adapter")),
    merged(join(folder, "merged")),
    onnx(join(folder, "onnx")),
  );
  const wanted = await plan.run({ quiet: true });
  const found = await plan.run({ quiet: true, device: "webgpu", precision });
  const name = precision === "float32" ? "webgpu" : "webgpu in float16";
  assert.equal(found.device, name);
  assert.ok(String(found).includes(name));
  // The first step that is skipped parts the two.
  const isSkipped = found.notes.some((note) => note.includes("too large for float16 in "));
  found.losses.slice(0, isSkipped ? 3 : undefined).forEach((loss, i) => {
    assert.ok(Math.abs(loss - wanted.losses[i]) <= 0.01, `step ${i + 1}: ${loss}`);
  });
  assert.ok(found.losses.every(Number.isFinite) && found.scores.accuracy > 0.5);
  // The receipts' tolerances are those of float32.
  assert.equal(found.receipts.length, 3);
  await wanted.dispose();
  await found.dispose();
}
