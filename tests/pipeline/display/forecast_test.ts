import assert from "node:assert/strict";
import { openDevice, type QuantizationFormat } from "../../../lib/engine/mod.ts";
import type { Weight } from "../../../lib/nn/layer.ts";
import { forecast, type ForecastInput } from "../../../lib/pipeline/display/forecast.ts";
import { rolloutForecast } from "../../../lib/pipeline/display/rollout_forecast.ts";
import { measureProducts } from "../../../lib/pipeline/display/measure_products.ts";
import { trainSettings } from "../../../lib/train/train_options.ts";

const [layers, width] = [12, 768];
/** The linears of BERT's layers, and its word table. */
const weights: Weight[] = Array.from(
  { length: layers },
  (_, layer): Weight[] =>
    [[width, 4 * width], [2 * width, 4 * width]].map(([inFeatures, outFeatures]) => ({
      path: `layer.${layer}.${inFeatures}.weight`,
      shape: [outFeatures, inFeatures],
      layer: {
        kind: "linear",
        path: `layer.${layer}.${inFeatures}`,
        inFeatures,
        outFeatures,
        bias: false,
      },
    })),
).flat();
const path = "embeddings.word_embeddings";
const table: Weight = {
  path: `${path}.weight`,
  shape: [30_522, width],
  layer: { kind: "embedding", path, rows: 30_522, width },
};

/** LoRA on BERT base in batches of 8; every other row has half the tokens of its neighbour. */
function forecastOf({ tokens = 128, ...more }: Partial<ForecastInput> & { tokens?: number } = {}) {
  const settings = trainSettings({ epochs: 1, batchSize: 8, order: "sequential" });
  return forecast({
    config: { numLayers: layers, hiddenSize: width },
    weights: [...weights, table],
    trained: 300_000,
    ownTrained: 0,
    frozenLayers: 0,
    cacheFrozen: true,
    lengths: Array.from({ length: 80 }, (_, at) => at % 2 ? tokens : tokens / 2),
    productRate: 2e11,
    ...more,
    settings: { ...settings, ...more.settings },
  });
}

/** Whether a forecast of megabytes is within a sixth of what was measured. */
function assertNear(megabytes: number, bytes: number) {
  assert.ok(Math.abs(bytes / 1e6 / megabytes - 1) < 1 / 6, `${bytes / 1e6} MB, not ${megabytes}`);
}

const packed = (format: QuantizationFormat) =>
  new Map(weights.map(({ path }) => [path, { format }]));
const checkpointing = {
  ...trainSettings({ epochs: 1, batchSize: 8, order: "sequential" }),
  gradientCheckpointing: true,
};

Deno.test("memory is near what was measured: plain, recomputed, quantised", () => {
  assertNear(1335, forecastOf().bytes);
  assertNear(995, forecastOf({ settings: checkpointing }).bytes);
  assertNear(1531, forecastOf({ tokens: 512, settings: checkpointing }).bytes);
  for (const [format, peak] of [["nf4", 844], ["int4", 1116], ["int8", 1259]] as const) {
    const { bytes } = forecastOf({ quantized: packed(format) });
    assert.ok(bytes < forecastOf().bytes);
    assert.ok(Math.abs(bytes / 1e6 / peak - 1) < 1 / 4, `${format}: ${bytes / 1e6} MB`);
  }
});

Deno.test("layers that run twice take half as long again", () => {
  const ratio = forecastOf({ settings: checkpointing }).seconds / forecastOf().seconds;
  assert.ok(ratio > 1.4 && ratio < 1.6, String(ratio));
});

Deno.test("packed rows and the tokens of a method count", () => {
  const layoutOf = () => ({ rows: 6, length: 128, starts: new Int32Array(8) });
  const ratio = forecastOf({ layoutOf }).seconds / forecastOf().seconds;
  assert.ok(Math.abs(ratio - 6 / 8) < 1e-6, String(ratio));
  const lengths = Array.from({ length: 80 }, () => 128 + 32);
  assert.ok(Math.abs(forecastOf({ lengths }).seconds / forecastOf().seconds - 160 / 128) < 1e-6);
});

Deno.test("eight bits make products with frozen weights faster, and leave the rest", () => {
  const whole = forecastOf();
  const twice = forecastOf({ eightBitRate: 4e11 });
  // .65 of a step's time are its products.
  assert.ok(Math.abs(twice.seconds / whole.seconds - (1 - 0.65 / 2)) < 1e-9);
  assert.ok(twice.bytes < whole.bytes);
  assert.equal(forecastOf({ eightBitRate: 2e11 }).seconds, whole.seconds);
});

Deno.test("both kinds of products are measured", async () => {
  const device = await openDevice("cpu");
  for (const compute of ["float32", "int8"] as const) {
    assert.ok(await measureProducts(device, 32, compute) > 1e6);
  }
});

Deno.test("steps that learn from the same answers are counted, and sampling by its tokens", () => {
  const [once, thrice] = [forecastOf(), forecastOf({ updates: 3 })];
  assert.equal(thrice.steps, 3 * once.steps);
  assert.ok(Math.abs(thrice.seconds / once.seconds - 3) < 1e-9);
  const sampling = {
    ...{ weights: [...weights, table], vocabSize: 30_522, hiddenSize: width },
    ...{ rollouts: 5, prompts: 4, groupSize: 8, promptTokens: 10, maxNewTokens: 20 },
    ...{ decodeRate: 1e10, productRate: 1e11 },
  };
  // 12 layers of (768 + 1536) · 3072 numbers; half of the rate is reached.
  const inLayers = 12 * (768 + 1536) * 3072;
  const reading = 5 * 4 * 10 * 2 * inLayers / 1e11;
  const writing = 5 * 4 * 8 * 20 * 2 * (inLayers + 30_522 * 768) / 1e10;
  assert.ok(Math.abs(rolloutForecast(sampling) / (2 * (reading + writing)) - 1) < 1e-9);
});
