import assert from "node:assert/strict";
import { dequantize, type QuantizationFormat, quantizationFormats } from "../../lib/engine/mod.ts";
import { dynamicMap, nestMaxima, unnestMaxima } from "../../lib/weights/double_quantisation.ts";
import { blockMaxima, fourBitCodes } from "../../lib/weights/four_bit.ts";
import { quantizeWeight } from "../../lib/weights/quantize_weight.ts";
import { Random } from "../../lib/core/random.ts";
import { readGolden } from "../models/golden.ts";

const golden = await readGolden("quantised/four_bit.safetensors");
const cases = ["plain", "many_blocks", "rest", "holed", "codes"];
const bytes = (name: string) => Uint8Array.from(golden[name].data);
const floats = (name: string) => Float32Array.from(golden[name].data);
/** FP4 has a zero of each sign; bitsandbytes reads both as the same one. */
const oneZero = (numbers: Float32Array) => numbers.map((number) => number + 0);
const blockSize = 64;

for (const name of cases) {
  for (const format of ["nf4", "fp4"] as const) {
    Deno.test(`${format} of "${name}" is bitsandbytes', bit for bit`, () => {
      const numbers = floats(`${name}.weight`);
      const at = `${name}.${format}`;
      const codes = fourBitCodes(format, numbers, blockSize);
      const maxima = blockMaxima(numbers, blockSize);
      assert.deepEqual(codes, bytes(`${at}.codes`));
      assert.deepEqual(maxima, floats(`${at}.absmax`));
      const [outFeatures, inFeatures] = golden[`${name}.weight`].shape;
      const weight = { format, outFeatures, inFeatures, blockSize, codes: () => codes };
      const plain = dequantize({ ...weight, scales: () => maxima });
      assert.deepEqual(oneZero(plain), oneZero(floats(`${at}.numbers`)));

      const nested = nestMaxima(maxima);
      const nestedCodes = bytes(`${at}.double.absmax`);
      const offset = golden[`${at}.double.nested_offset`].data[0];
      nestedCodes.forEach((code, i) => {
        if (code === nested.codes[i]) return;
        // Between two numbers of the map bitsandbytes does not always find the nearest one here.
        const wanted = (maxima[i] - offset) / nested.scales[i >> 8];
        const distance = (each: number) => Math.abs(nested.map[each] - wanted);
        assert.ok(Math.abs(code - nested.codes[i]) === 1, `${code} ${nested.codes[i]}`);
        assert.ok(distance(nested.codes[i]) <= distance(code));
      });
      // PyTorch adds the maxima in another order: the mean may differ in its last bit.
      const near = (a: number, b: number) => Math.abs(a - b) <= 2e-7 * Math.abs(b);
      assert.ok(near(nested.offset, offset), `${nested.offset} ${offset}`);
      const wanted = floats(`${at}.double.nested_absmax`);
      nested.scales.forEach((scale, i) =>
        assert.ok(near(scale, wanted[i]), `${scale} ${wanted[i]}`)
      );
      const doubled = dequantize({
        ...weight,
        scales: () => unnestMaxima({ ...nested, codes: nestedCodes, offset, scales: wanted }),
      });
      assert.deepEqual(oneZero(doubled), oneZero(floats(`${at}.double.numbers`)));
    });
  }
}

Deno.test("the dynamic map is bitsandbytes'", () => {
  assert.deepEqual(dynamicMap(), floats("dynamic_map"));
});

/** The largest error of a number, as a share of its block's largest number: half a step. */
const halfSteps: Record<QuantizationFormat, number> = {
  nf4: 0.155,
  fp4: 0.17,
  int4: 1 / 8,
  int8: 1 / 128,
};

for (const format of quantizationFormats) {
  Deno.test(`${format} is as near to the numbers as its steps allow`, () => {
    const random = Random.fromSeed(1, format);
    for (const [outFeatures, inFeatures] of [[8, 64], [7, 50], [3, 129]]) {
      const numbers = Float32Array.from(
        { length: outFeatures * inFeatures },
        () => random.normal(),
      );
      const weight = quantizeWeight(format, [outFeatures, inFeatures], () => numbers);
      const most = Math.max(...numbers.map(Math.abs));
      // Double quantisation moves a scale by a share of the largest one.
      const limit = most *
        (halfSteps[format] + (format.endsWith("f4") || format === "fp4" ? 0.02 : 0));
      dequantize(weight).forEach((found, i) => {
        assert.ok(Math.abs(found - numbers[i]) <= limit, `[${i}] ${numbers[i]} became ${found}`);
      });
    }
  });
  Deno.test(`${format} keeps a matrix of zeros`, () => {
    const weight = quantizeWeight(format, [4, 32], () => new Float32Array(128));
    assert.deepEqual(dequantize(weight).map(Math.abs), new Float32Array(128));
  });
}
