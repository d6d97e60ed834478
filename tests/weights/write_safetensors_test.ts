import assert from "node:assert/strict";
import { join } from "node:path";
import type { Dtype } from "../../lib/weights/dtype.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { inFolder } from "./in_folder.ts";

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => i - 1.5);

Deno.test("wide elements come first, so that every tensor is aligned to its width", () =>
  inFolder(async (folder) => {
    const path = join(folder, "aligned.safetensors");
    await writeSafetensors(path, [
      { name: "flags", dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
      { name: "half", dtype: "F16", shape: [3], data: values(3) },
      { name: "ids", dtype: "I64", shape: [1], data: new Uint8Array(8) },
      { name: "b", dtype: "F32", shape: [1], data: values(1) },
      { name: "a", dtype: "F32", shape: [1], data: values(1) },
    ]);
    using file = await openSafetensors(path);
    const inOrder = [...file.tensors].sort(([, x], [, y]) => x.offset - y.offset);
    assert.deepEqual(inOrder.map(([name]) => name), ["ids", "a", "b", "half", "flags"]);
    assert.equal(inOrder[0][1].offset % 8, 0);
  }));

Deno.test("the same tensors in another order give the same bytes", () =>
  inFolder(async (folder) => {
    const tensors: TensorToWrite[] = ["x", "y", "z"].map((name) => ({
      name,
      dtype: "F32",
      shape: [2],
      data: values(2),
    }));
    const [one, two] = ["one", "two"].map((name) => join(folder, name));
    await writeSafetensors(one, tensors);
    await writeSafetensors(two, tensors.toReversed());
    assert.deepEqual(await Deno.readFile(one), await Deno.readFile(two));
  }));

Deno.test("float32 values are stored as any floating-point type", () =>
  inFolder(async (folder) => {
    const path = join(folder, "narrow.safetensors");
    const data = Float32Array.of(1, -0.5, 2 ** -10, 1 + 2 ** -20);
    for (const [dtype, last] of [["F32", 1 + 2 ** -20], ["F16", 1], ["BF16", 1]] as const) {
      await writeSafetensors(path, [{ name: "w", dtype, shape: [4], data }]);
      using file = await openSafetensors(path);
      assert.equal(file.tensors.get("w")!.dtype, dtype);
      assert.deepEqual(await file.readFloat32("w"), Float32Array.of(1, -0.5, 2 ** -10, last));
    }
  }));

Deno.test("data made on demand is asked for one tensor at a time", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lazy.safetensors");
    const made: string[] = [];
    const tensors = ["b", "a"].map((name) => ({
      name,
      dtype: "F32" as const,
      shape: [2],
      data: () => {
        made.push(name);
        return Promise.resolve(values(2));
      },
    }));
    await writeSafetensors(path, tensors);
    assert.deepEqual(made, ["a", "b"]);
    using file = await openSafetensors(path);
    assert.deepEqual(await file.readFloat32("b"), values(2));
  }));

Deno.test("every wrong tensor is named in one error and nothing is written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "wrong.safetensors");
    const good = { name: "good", dtype: "F32" as const, shape: [2], data: values(2) };
    const wrong: TensorToWrite[] = [
      good,
      good,
      { ...good, name: "short", shape: [3] },
      { ...good, name: "bytes", data: new Uint8Array(7) },
      { ...good, name: "integers", dtype: "I32" },
      { ...good, name: "negative", shape: [-2] },
      { ...good, name: "unknown", dtype: "F8" as Dtype },
      { ...good, name: "__metadata__" },
    ];
    await assert.rejects(writeSafetensors(path, wrong), (error: Error) => {
      for (const { name } of wrong) assert.ok(error.message.includes(`"${name}"`), error.message);
      assert.match(error.message, /"good" is given twice/);
      assert.match(error.message, /"short": F32 of shape \[3\] takes 3 values, not 2/);
      return true;
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a tensor that fails half-way leaves the earlier file as it was", () =>
  inFolder(async (folder) => {
    const path = join(folder, "kept.safetensors");
    const first = { name: "a", dtype: "F32" as const, shape: [2], data: values(2) };
    await writeSafetensors(path, [first]);
    const before = await Deno.readFile(path);
    for (
      const data of [() => values(3), () => {
        throw new Error("the maker broke");
      }]
    ) {
      await assert.rejects(
        writeSafetensors(path, [first, { name: "b", dtype: "F32", shape: [2], data }]),
        { message: /"b".* 2 values, not 3|the maker broke/s },
      );
    }
    assert.deepEqual(await Deno.readFile(path), before);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["kept.safetensors"]);
  }));
