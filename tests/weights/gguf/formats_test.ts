import assert from "node:assert/strict";
import { tensorFormats } from "../../../lib/weights/gguf/tensor_formats.ts";
import { openWeights } from "../../../lib/weights/open_weights.ts";
import { goldenPath } from "../../models/golden.ts";

Deno.test("numbers of every format are those of the Python package, bit for bit", async () => {
  using found = await openWeights(goldenPath("gguf/formats.gguf"));
  using golden = await openWeights(goldenPath("gguf/formats.safetensors"));
  assert.deepEqual(
    [...found.tensors.keys()].sort(),
    tensorFormats.map(({ name }) => name).sort(),
  );
  for (const [name, { shape }] of golden.tensors) {
    assert.deepEqual(found.tensors.get(name)?.shape, shape, name);
    const bits = (values: Float32Array<ArrayBuffer>) => new Uint32Array(values.buffer);
    const [ours, theirs] = [await found.readFloat32(name), await golden.readFloat32(name)];
    assert.deepEqual(bits(ours), bits(theirs), name);
    assert.deepEqual(bits(found.readFloat32Sync(name)), bits(theirs), name);
    assert.deepEqual((await found.read(name)).bytes, new Uint8Array(theirs.buffer), name);
  }
});

Deno.test("a tensor is read in pieces as it is read whole", async () => {
  // More than the 4 MiB that are turned at a time.
  const values = Float32Array.from({ length: 3 * 2 ** 19 }, (_, i) => i % 1000 - 500);
  const { ggufBytes, typeNumbers } = await import("./write_gguf.ts");
  const folder = await Deno.makeTempDir();
  const path = `${folder}/large.gguf`;
  await Deno.writeFile(
    path,
    ggufBytes({
      metadata: [
        ["general.architecture", [typeNumbers.string, "llama"]],
        ["llama.attention.head_count", [typeNumbers.uint32, 1]],
      ],
      tensors: [{ name: "x", shape: [values.length], data: new Uint8Array(values.buffer) }],
    }),
  );
  using file = await openWeights(path);
  assert.deepEqual(await file.readFloat32("x"), values);
  await Deno.remove(folder, { recursive: true });
});
