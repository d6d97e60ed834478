import assert from "node:assert/strict";
import { openCaptionEncoder } from "../../lib/evaluate/caption_encoder.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";
import { goldenPath, largestDifference, readGolden } from "../models/golden.ts";

/** Those of `make_captioned.py`. */
const captions = ["a red CAT", "", "a very long caption of more tokens than the encoder reads"];
/** Both sides compute in float32; states are below ten. */
const tolerance = 1e-4;

for (const name of ["captioned", "captioned-linear"]) {
  Deno.test(`captions of ${name} have the hidden states that diffusers gives its denoiser`, async () => {
    const { textEncoder } = await resolveModel(`file:${goldenPath(`denoisers/${name}`)}`);
    const encoder = await openCaptionEncoder(textEncoder!);
    const golden = await readGolden(`denoisers/${name}/expected.safetensors`);
    const { encoder_hidden_states: { shape, data }, input_ids, pooled } = golden;
    assert.deepEqual([encoder.tokens, encoder.size], shape.slice(1));
    const { states, isCut } = await encoder.encode(captions);
    assert.deepEqual(isCut, [false, false, true]);
    const numbers = encoder.tokens * encoder.size;
    states.forEach((own, at) => {
      const difference = largestDifference(
        own,
        (data as Float32Array).slice(at * numbers, (at + 1) * numbers),
      );
      assert.ok(difference < tolerance, `${captions[at]} differs by ${difference}`);
    });
    // The first end token, which has the largest id, stands for the text.
    states.forEach((own, at) => {
      const ids = Array.from(
        input_ids.data.slice(at * encoder.tokens, (at + 1) * encoder.tokens),
        Number,
      );
      const end = ids.indexOf(Math.max(...ids));
      const vector = own.slice(end * encoder.size, (end + 1) * encoder.size);
      const theirs = (pooled.data as Float32Array).slice(
        at * encoder.size,
        (at + 1) * encoder.size,
      );
      assert.ok(largestDifference(vector, theirs) < tolerance);
    });
  });
}
