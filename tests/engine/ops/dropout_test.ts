import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import { dropout, Noise, noiseSize, noiseWindow } from "../../../lib/engine/ops/dropout.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { assertClose, runOn } from "../parity.ts";

function noiseOf(step: number) {
  const random = Random.fromSeed(7, "noise", step);
  const data = Float32Array.from({ length: noiseSize }, () => random.uniform());
  return { shape: [noiseSize], data };
}

const ones = (shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

function program(rate: number, sites: number[]): Program {
  return {
    name: "dropout",
    inputs: {
      x: { role: "feed", type: "float32", shape: ["rows", "width"] },
      noise: { role: "feed", type: "float32", shape: [noiseSize] },
    },
    compute({ x, noise }) {
      const drawn = new Noise(noise);
      return Object.fromEntries(
        sites.map((site) => [`site${site}`, dropout(x, rate, drawn, site)]),
      );
    },
  };
}

/** 1 where an element was kept. */
async function masks(rate: number, shape: number[], sites: number[], steps: number[]) {
  const step = await (await openDevice("cpu")).compile(program(rate, sites), {
    frozen: () => new Float32Array(),
  });
  const found: Uint8Array[] = [];
  for (const number of steps) {
    const results = await step.run({ x: ones(shape), noise: noiseOf(number) });
    for (const { data } of Object.values(results)) found.push(Uint8Array.from(data, Math.sign));
  }
  await step.dispose();
  return found;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return aa * bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Root of the mean square; 1 / √n for n independent pairs of numbers. */
const spread = (values: number[]) =>
  Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);

Deno.test("dropout keeps the share that is asked for and scales what it keeps", async () => {
  for (const rate of [0.05, 0.1, 0.5, 0.9]) {
    const shape = [512, 384];
    const { site1 } = await runOn("cpu", program(rate, [1]), { x: ones(shape), noise: noiseOf(1) });
    const scale = Math.fround(1 / (1 - rate));
    assert(site1.data.every((value) => value === 0 || value === scale));
    const kept = Array.from(site1.data).filter((value) => value > 0).length / site1.data.length;
    assert(Math.abs(kept - (1 - rate)) < 0.01, `rate ${rate}: ${kept} kept`);
  }
});

Deno.test("no dropout at rate 0", async () => {
  const { site1 } = await runOn("cpu", program(0, [1]), { x: ones([3, 3]), noise: noiseOf(1) });
  assert(site1.data.every((value) => value === 1));
});

Deno.test("each element is dropped at the rate over many steps", async () => {
  const steps = Array.from({ length: 400 }, (_, i) => i);
  const found = await masks(0.25, [16, 16], [1], steps);
  const shares = Array.from(
    { length: 256 },
    (_, i) => found.reduce((sum, mask) => sum + mask[i], 0) / steps.length,
  );
  const deviation = Math.sqrt(0.25 * 0.75 / steps.length);
  const scores = shares.map((share) => (share - 0.75) / deviation);
  assert(Math.abs(spread(scores) - 1) < 0.2, `spread of the shares: ${spread(scores)}`);
  assert(Math.max(...scores.map(Math.abs)) < 5);
});

Deno.test("rows and columns are independent, near and in other windows of the noise", async () => {
  const [rows, width] = [2 * noiseWindow + 40, 64];
  const [mask] = await masks(0.5, [rows, width], [1], [1]);
  const row = (i: number) => mask.subarray(i * width, (i + 1) * width);
  for (const distance of [1, 2, 12, 64, noiseWindow, 2 * noiseWindow, noiseWindow + 1]) {
    const found = Array.from({ length: 40 }, (_, i) => correlation(row(i), row(i + distance)));
    const limit = 1.5 / Math.sqrt(width);
    assert(spread(found) < limit, `rows at distance ${distance}: ${spread(found)}`);
  }
  const [wide] = await masks(0.5, [64, 2 * noiseWindow + 40], [1], [1]);
  const wideWidth = 2 * noiseWindow + 40;
  const column = (j: number) => Array.from({ length: 64 }, (_, i) => wide[i * wideWidth + j]);
  for (const distance of [1, 2, 12, 64, noiseWindow, 2 * noiseWindow]) {
    const found = Array.from(
      { length: 40 },
      (_, j) => correlation(column(j), column(j + distance)),
    );
    assert(spread(found) < 1.5 / 8, `columns at distance ${distance}: ${spread(found)}`);
  }
});

Deno.test("sites and steps are independent", async () => {
  const sites = [1, 2, 3, 40];
  const found = await masks(0.3, [256, 64], sites, [1, 2, 3]);
  for (let i = 0; i < found.length; i++) {
    for (let j = 0; j < i; j++) {
      const value = correlation(found[i], found[j]);
      assert(Math.abs(value) < 5 / Math.sqrt(256 * 64), `masks ${i} and ${j}: ${value}`);
    }
  }
});

Deno.test("columns of several sites have masks of their own", async () => {
  const [rows, width, sites] = [600, 384, [4, 5, 6, 7, 8]];
  const found = await masks(0.5, [rows, width], sites, [1]);
  const columns = new Set(found.flatMap((mask) =>
    Array.from(
      { length: width },
      (_, column) => Array.from({ length: rows }, (_, row) => mask[row * width + column]).join(""),
    )
  ));
  // Two of 1,536 random multipliers may be so close by chance that their masks are the same.
  const all = sites.length * width;
  assert(columns.size > 0.99 * all, `${columns.size} of ${all} are different`);
});

Deno.test("a row's kept count varies as it would by chance", async () => {
  const [mask] = await masks(0.5, [2000, 64], [5], [9]);
  const counts = Array.from(
    { length: 2000 },
    (_, i) => (mask.subarray(i * 64, (i + 1) * 64).reduce((a, b) => a + b, 0) - 32) / 4,
  );
  assert(Math.abs(spread(counts) - 1) < 0.25, `${spread(counts)}`);
});

Deno.test("the same noise gives the same mask, compiled and eager", async () => {
  for (const [shape, rate] of [[[33, 65], 0.1], [[5000, 8], 0.5]] as const) {
    const feeds = { x: ones([...shape]), noise: noiseOf(4) };
    const compiled = await runOn("cpu", program(rate, [1, 2]), feeds);
    assertClose(await runOn("tfjs:cpu", program(rate, [1, 2]), feeds), compiled, "eager", 0);
    assertClose(await runOn("cpu", program(rate, [1, 2]), feeds), compiled, "again", 0);
    const other = await runOn("cpu", program(rate, [1, 2]), { ...feeds, noise: noiseOf(5) });
    assert.notDeepEqual(other.site1.data, compiled.site1.data);
    assert.notDeepEqual(compiled.site2.data, compiled.site1.data);
  }
});
