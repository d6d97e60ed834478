import assert from "node:assert/strict";
import { encode } from "fast-png";
import {
  accuracy,
  full,
  gradCam,
  head,
  imageClassification,
  integratedGradients,
  merged,
  model,
  occlusion,
  open,
  tableFromColumns,
} from "../../mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { isMistake } from "../is_mistake.ts";
import { largestDifference } from "../models/golden.ts";

/** An image with a bright square in one quarter: 0 top left, 1 top right, 2 and 3 below. */
function square(quarter: number, side = 32): Uint8Array {
  const half = side / 2;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    return (x >= half ? 1 : 0) + (y >= half ? 2 : 0) === quarter ? 220 : 20;
  });
  return Uint8Array.from(encode({ width: side, height: side, channels: 3, data }));
}

const rows = tableFromColumns({
  image: Array.from({ length: 16 }, (_, at) => square(at % 4)),
  place: Array.from({ length: 16 }, (_, at) => at % 4 < 2 ? "above" : "below"),
});
const task = imageClassification({ image: "image", label: "place" });

async function shownBy(value: object): Promise<MimeBundle> {
  return await (value as { [jupyterDisplay](): Promise<MimeBundle> })[jupyterDisplay]();
}

Deno.test("a run's answers are explained, and those of its folder alike", async () => {
  const out = await Deno.makeTempDir();
  const result = await model("new:vit", {
    imageSize: 32,
    patchSize: 8,
    hiddenSize: 16,
    layers: 2,
    heads: 2,
  }).data(rows, task, { test: 0.25 }).adapt(full()).train({ epochs: 2, batchSize: 4 })
    .evaluate({ accuracy }).deploy(merged(out)).run({ quiet: true });
  const images = [square(0), square(3)];
  const found = await result.explain(images);
  const answers = await result.predict(images);
  found.forEach((each, at) => {
    assert.deepEqual([each.method, each.label], ["Attention rollout", answers[at].label]);
    assert.ok(Math.abs(each.score - answers[at].probabilities[each.label]) < 1e-6);
    assert.deepEqual([each.heatMap.height, each.heatMap.width], [4, 4]);
    const sum = each.heatMap.data.reduce((a, b) => a + b);
    assert.ok(sum > 0 && sum < 1, `${sum} is what the class token has from the patches`);
    assert.match(String(each), /^Attention rollout of \d+ bytes: "(above|below)" 0\.\d+\n/);
    assert.deepEqual([...each.png().slice(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
  });
  assert.ok(largestDifference(found[0].heatMap.data, found[1].heatMap.data) > 1e-4);
  const { "text/html": page } = await shownBy(found);
  assert.equal(page!.match(/<img/g)!.length, 4);
  assert.deepEqual(await result.explain([]), []);
  const label = found[0].label;
  await assert.rejects(
    result.explain(images, { label }),
    isMistake("input", /leave label and against out/),
  );
  await assert.rejects(
    result.explain(images, { label: "aside" }),
    isMistake("input", /there is no label "aside"; they are above, below/),
  );
  await assert.rejects(
    result.explain(images, { method: gradCam() }),
    isMistake("unsupported", /attentionRollout/),
  );
  await assert.rejects(
    result.explain(images[0] as never),
    isMistake("input", /explain takes a list/),
  );
  await assert.rejects(result.explain(images, { metod: 1 } as never), isMistake("input", /metod/));
  const method = integratedGradients({ steps: 10 });
  const [pixels] = await result.explain(images, { method, regions: [2, 2] });
  assert.deepEqual([pixels.heatMap.height, pixels.heatMap.width], [32, 32]);
  assert.match(String(pixels), /completeness error .*comprehensiveness .*infidelity/);
  const [regions] = await result.explain(images, { method: occlusion(), regions: [2, 2] });
  assert.deepEqual([regions.heatMap.height, regions.heatMap.width], [2, 2]);
  await result.dispose();
  await assert.rejects(result.explain(images), isMistake("input", /disposed/));
  const opened = await open(`file:${out}`);
  const again = await opened.explain(images);
  again.forEach(({ heatMap }, at) =>
    assert.ok(largestDifference(heatMap.data, found[at].heatMap.data) < 1e-5)
  );
  await opened.dispose();
  await Deno.remove(out, { recursive: true });
});

Deno.test("Grad-CAM explains the labels of a graph, each by its own map", async () => {
  const result = await model("npm:@vladmandic/human@3.3.6#models/centernet.json", {
    preprocessor: { size: 64 },
  }).data(rows, task, { test: 0.25 }).adapt(head()).train({ epochs: 1, batchSize: 8 })
    .evaluate({ accuracy }).run({ quiet: true });
  const [above] = await result.explain([square(1)], { label: "above" });
  const [below] = await result.explain([square(1)], { label: "below" });
  assert.deepEqual([above.method, above.label, below.label], ["Grad-CAM", "above", "below"]);
  assert.ok(Math.abs(above.score + below.score - 1) < 1e-5);
  for (const { heatMap: { width, height, data } } of [above, below]) {
    assert.deepEqual([width, height], [2, 2]);
    assert.ok(data.every((value) => value >= 0));
  }
  assert.ok(largestDifference(above.heatMap.data, below.heatMap.data) > 0);
  await result.dispose();
});
