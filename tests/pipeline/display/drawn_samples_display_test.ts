import assert from "node:assert/strict";
import { denoisingPredictions } from "tunebook";
import { pngEncoder } from "../../../lib/image/encode_png.ts";
import { denoisingDisplay, stepGroups } from "../../../lib/pipeline/display/denoising_display.ts";
import {
  drawnSamplesHtml,
  drawnSamplesText,
} from "../../../lib/pipeline/display/drawn_samples_display.ts";
import type { DrawnSample } from "../../../lib/pipeline/draw/sample_drawer.ts";

async function samples(count: number): Promise<DrawnSample[]> {
  const encode = await pngEncoder();
  return Array.from({ length: count }, (_, at) => {
    const label = `<${at}>`;
    const image = (shade: number) => ({
      label,
      seed: at + 1,
      image: encode({
        width: 2,
        height: 2,
        channels: 3,
        data: new Uint8Array(12).fill(shade),
      }),
    });
    return {
      label,
      seed: at + 1,
      before: image(0),
      during: [{ step: 4, drawn: image(80) }, { step: 8, drawn: image(160) }],
      after: image(240),
    };
  });
}

Deno.test("samples are a row for each time, with eight columns at most", async () => {
  const found = await samples(10);
  const { markup } = drawnSamplesHtml(found);
  assert.equal(markup.match(/<img /g)!.length, 8 * 4);
  assert.match(markup, /2 more are left out/);
  assert.match(markup, /alt="&lt;0&gt;, before" width="64" height="64"/);
  // While a training goes on there is no end.
  assert.doesNotMatch(drawnSamplesHtml(found, "now").markup, /after/);
  assert.equal(
    drawnSamplesText(found.slice(0, 2)),
    "2 images of <0>, <1>; drawn before, step 4, step 8, after",
  );
});

Deno.test("errors of a denoiser are told by steps of noise, in groups of as many rows", () => {
  const steps = Array.from({ length: 25 }, (_, row) => (row * 7) % 25 * 40);
  const predictions = denoisingPredictions({
    errors: Float64Array.from(steps, (step) => step / 1000),
    steps,
  });
  const groups = stepGroups(predictions);
  assert.equal(groups.length, 10);
  assert.equal(groups.reduce((sum, { rows }) => sum + rows, 0), 25);
  assert.deepEqual([groups[0].least, groups.at(-1)!.most], [0, 960]);
  assert.ok(
    groups.every(({ least, most }, at) => at === 0 || least > groups[at - 1].most && most >= least),
  );
  assert.ok(Math.abs(groups[0].error - 0.02) < 0.021);
  const { "text/plain": text, "text/html": html } = denoisingDisplay(predictions);
  assert.match(text, /^25 held-out rows; the mean error by how much noise/);
  assert.match(text, /920 to 960/);
  assert.match(html!, /width:100\.0%/);
});
