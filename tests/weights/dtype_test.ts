import assert from "node:assert/strict";
import {
  bytesPerElement,
  type Dtype,
  fromFloat32,
  isDtype,
  toFloat32,
} from "../../lib/weights/dtype.ts";

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

Deno.test("float16 and bfloat16 hold every one of their values through float32 and back", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  for (const [dtype, exponent] of [["F16", 0x7c00], ["BF16", 0x7f80]] as const) {
    const floats = toFloat32(dtype, bytesOf(all));
    const back = new Uint16Array(fromFloat32(dtype, floats).buffer);
    for (let i = 0; i < all.length; i++) {
      const isNaN16 = (all[i] & 0x7fff) > exponent;
      assert.equal(Number.isNaN(floats[i]), isNaN16);
      if (!isNaN16) assert.equal(back[i], all[i]);
      else assert.ok((back[i] & 0x7fff) > exponent, "a NaN must stay one");
    }
  }
});

Deno.test("known values convert", () => {
  const words = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001);
  assert.deepEqual(toFloat32("F16", bytesOf(words)), Float32Array.of(1, -2, 65504, 2 ** -24));
  const brains = Uint16Array.of(0x3f80, 0xc049, 0x7f80);
  assert.deepEqual(toFloat32("BF16", bytesOf(brains)), Float32Array.of(1, -3.140625, Infinity));
  assert.deepEqual(
    toFloat32("I64", bytesOf(BigInt64Array.of(-3n, 2n ** 20n))),
    Float32Array.of(-3, 2 ** 20),
  );
  assert.deepEqual(toFloat32("I32", bytesOf(Int32Array.of(-3, 4))), Float32Array.of(-3, 4));
  assert.deepEqual(toFloat32("U8", Uint8Array.of(0, 255)), Float32Array.of(0, 255));
  assert.deepEqual(toFloat32("BOOL", Uint8Array.of(0, 1)), Float32Array.of(0, 1));
});

Deno.test("narrowing rounds to nearest even", () => {
  const words = (dtype: Dtype, ...values: number[]) => [
    ...new Uint16Array(fromFloat32(dtype, Float32Array.from(values)).buffer),
  ];
  // 1 + half a unit in the last place is a tie: down to even, then up to even.
  assert.deepEqual(words("F16", 1 + 2 ** -11, 1 + 3 * 2 ** -11), [0x3c00, 0x3c02]);
  assert.deepEqual(words("BF16", 1 + 2 ** -8, 1 + 3 * 2 ** -8), [0x3f80, 0x3f82]);
  assert.deepEqual(words("BF16", 3.4028234663852886e38, -Infinity), [0x7f80, 0xff80]);
  assert.deepEqual(words("F16", 65520, 65519), [0x7c00, 0x7bff]);
});

Deno.test("bytes at an odd offset convert", () => {
  const buffer = new Uint8Array(9);
  buffer.set(bytesOf(Float32Array.of(1.5, -2)), 1);
  assert.deepEqual(toFloat32("F32", buffer.subarray(1)), Float32Array.of(1.5, -2));
});

Deno.test("float32 values are not stored as integers", () => {
  for (const dtype of ["I64", "I32", "U8", "BOOL"] as const) {
    assert.throws(() => fromFloat32(dtype, new Float32Array(1)), { kind: "input" });
  }
});

Deno.test("only the known names are element types", () => {
  for (const name of Object.keys(bytesPerElement)) assert.ok(isDtype(name));
  for (const name of ["f32", "F64", "toString", "", 4, null]) assert.ok(!isDtype(name));
});
