import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dtype } from "../../lib/weights/dtype.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "./in_folder.ts";

Deno.test("every element type comes back byte for byte", () =>
  inFolder(async (folder) => {
    const path = join(folder, "all.safetensors");
    const raw: [Dtype, ArrayBufferView][] = [
      ["F32", Float32Array.of(1.5, -0, NaN, Infinity)],
      ["F16", Float16Array.of(1.5, -0, 65504, Infinity)],
      ["BF16", Uint16Array.of(0x3f80, 0x8000, 0x7fc0, 1)],
      ["I64", BigInt64Array.of(1n, -1n, 2n ** 62n, 0n)],
      ["I32", Int32Array.of(1, -1, 2 ** 30, 0)],
      ["U8", Uint8Array.of(0, 1, 128, 255)],
      ["BOOL", Uint8Array.of(0, 1, 1, 0)],
    ];
    const tensors = raw.map(([dtype, { buffer, byteOffset, byteLength }]) => ({
      name: `tensor.${dtype}`,
      dtype,
      shape: [2, 2],
      data: new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)),
    }));
    await writeSafetensors(path, tensors, { format: "pt" });
    using file = await openSafetensors(path);
    assert.deepEqual(file.metadata, { format: "pt" });
    assert.equal(file.tensors.size, tensors.length);
    for (const { name, dtype, shape, data } of tensors) {
      assert.deepEqual(await file.read(name), { dtype, shape, bytes: data });
      assert.equal((await file.readFloat32(name)).length, 4);
    }
    assert.deepEqual(await file.readFloat32("tensor.I32"), Float32Array.of(1, -1, 2 ** 30, 0));
  }));

Deno.test("scalars, empty tensors, odd names and an empty file are read", () =>
  inFolder(async (folder) => {
    const path = join(folder, "odd.safetensors");
    await writeSafetensors(path, [
      { name: "scalar", dtype: "F32", shape: [], data: Float32Array.of(7) },
      { name: "empty", dtype: "F32", shape: [0, 5], data: new Float32Array(0) },
      { name: "__proto__", dtype: "U8", shape: [1], data: Uint8Array.of(9) },
      { name: 'ünï "quoted"\n', dtype: "F16", shape: [1], data: Float32Array.of(2) },
      { name: "", dtype: "U8", shape: [1], data: Uint8Array.of(3) },
    ]);
    using file = await openSafetensors(path);
    assert.deepEqual(await file.readFloat32("scalar"), Float32Array.of(7));
    assert.equal((await file.readFloat32("empty")).length, 0);
    assert.deepEqual(await file.readFloat32("__proto__"), Float32Array.of(9));
    assert.deepEqual(await file.readFloat32('ünï "quoted"\n'), Float32Array.of(2));
    assert.deepEqual(await file.readFloat32(""), Float32Array.of(3));

    const bare = join(folder, "bare.safetensors");
    await writeSafetensors(bare, []);
    using none = await openSafetensors(bare);
    assert.equal(none.tensors.size, 0);
  }));

Deno.test("tensors that are larger than a conversion chunk are read whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "large.safetensors");
    const data = Float32Array.from({ length: 2 ** 21 + 3 }, (_, i) => i % 2048);
    await writeSafetensors(path, [{ name: "large", dtype: "F16", shape: [data.length], data }]);
    using file = await openSafetensors(path);
    assert.deepEqual(await file.readFloat32("large"), data);
  }));

Deno.test("reads that are asked for at once do not disturb each other", () =>
  inFolder(async (folder) => {
    const path = join(folder, "many.safetensors");
    const names = Array.from({ length: 50 }, (_, i) => `t${i}`);
    await writeSafetensors(
      path,
      names.map((name, i) => ({
        name,
        dtype: "F32",
        shape: [1000],
        data: new Float32Array(1000).fill(i),
      })),
    );
    using file = await openSafetensors(path);
    const read = await Promise.all(names.map((name) => file.readFloat32(name)));
    for (const [i, values] of read.entries()) assert.ok(values.every((value) => value === i));
  }));

Deno.test("an unknown tensor is an error that suggests the nearest name", () =>
  inFolder(async (folder) => {
    const path = join(folder, "one.safetensors");
    const data = Float32Array.of(1);
    await writeSafetensors(path, [{ name: "dense.weight", dtype: "F32", shape: [1], data }]);
    using file = await openSafetensors(path);
    const wanted = { kind: "weights", message: /did you mean "dense.weight"/ };
    await assert.rejects(file.read("dense.wieght"), wanted);
    await assert.rejects(file.readFloat32("dense.wieght"), wanted);
  }));

Deno.test("a missing file and a folder are errors that name the path", () =>
  inFolder(async (folder) => {
    const missing = join(folder, "missing.safetensors");
    await assert.rejects(openSafetensors(missing), { kind: "weights", message: /missing\.safe/ });
    await assert.rejects(openSafetensors(folder), { kind: "weights", message: /not a file/ });
  }));

Deno.test("a file that shrinks while it is open is an error", () =>
  inFolder(async (folder) => {
    const path = join(folder, "shrinks.safetensors");
    const data = new Float32Array(100);
    await writeSafetensors(path, [{ name: "a", dtype: "F32", shape: [100], data }]);
    using file = await openSafetensors(path);
    await Deno.truncate(path, 200);
    await assert.rejects(file.read("a"), { kind: "weights", message: /became shorter/ });
  }));
