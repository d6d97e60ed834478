import assert from "node:assert/strict";
import { join } from "node:path";
import { lazyWeights } from "../../lib/weights/load_weights.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";

const data = Float32Array.of(1, 2, 3, 4, 5, 6);
const specs = [{ path: "w", shape: [2, 3], names: ["w"] }];

async function lazyFrom(path: string) {
  using weights = await openWeights(path);
  return lazyWeights(weights, specs).values;
}

Deno.test("lazy weights are read when asked for, also after the file was closed", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "model.safetensors");
  await writeSafetensors(path, [{ name: "w", dtype: "F16", shape: [2, 3], data }]);
  const values = await lazyFrom(path);
  assert.deepEqual(values.get("w"), data);
  assert.notEqual(values.get("w"), values.get("w"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that was replaced or removed in the meantime is an error", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "model.safetensors");
  const tensors = [{ name: "w", dtype: "F32" as const, shape: [2, 3], data }];
  await writeSafetensors(path, tensors);
  const values = await lazyFrom(path);
  await writeSafetensors(path, tensors);
  assert.throws(() => values.get("w"), { kind: "weights", message: /changed while/ });
  await Deno.remove(path);
  assert.throws(() => values.get("w"), { kind: "weights", message: /cannot open .* again/ });
  await Deno.remove(folder, { recursive: true });
});
