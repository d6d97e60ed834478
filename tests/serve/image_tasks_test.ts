/**
 * Endpoints of the tasks on images answer what `predict` of the served model does.
 */
import assert from "node:assert/strict";
import {
  columnValues,
  full,
  imageClassification,
  imageSegmentation,
  model,
  objectDetection,
  tableFromColumns,
} from "tunebook";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { inNewFolder } from "../pipeline/in_new_folder.ts";
import { drawings, drawingTask, size } from "../tasks/image_generation/drawings.ts";
import { squares } from "../tasks/object_detection/squares.ts";
import { post } from "./toy_base.ts";

const quiet = { quiet: true };
const usual = { port: 0, quiet: true };
const small = { imageSize: 16, patchSize: 8, hiddenSize: 16, layers: 1, heads: 2 } as const;
const training = { epochs: 1, batchSize: 8 };

/** Squares of one colour or two. */
async function images(count: number) {
  const table = await squares(count, { side: 16 });
  const bytes = columnValues(table, "image") as Uint8Array[];
  return { table, bytes, inputs: bytes.slice(0, 3).map((each) => ({ image: each.toBase64() })) };
}

Deno.test("/classify labels images, as base64 and as data: addresses, and opens no paths", () =>
  inNewFolder(async () => {
    const { bytes, inputs } = await images(12);
    const labels = bytes.map((_, row) => row % 2 === 0 ? "a" : "b");
    const table = tableFromColumns({ image: bytes, label: labels });
    const result = await model("new:vit", small)
      .data(table, imageClassification({ image: "image", label: "label" }), { test: table })
      .adapt(full()).train(training).run(quiet);
    const expected = await result.predict(bytes.slice(0, 3));
    const server = await result.serve(usual);
    const { body } = await post(server, "/classify", { input: inputs });
    body.data.forEach(({ label, probabilities }: typeof expected[number], at: number) => {
      assert.equal(label, expected[at].label);
      assert.ok(Math.abs(probabilities.a - expected[at].probabilities.a) < 1e-5);
    });
    const address = { image: `data:image/png;base64,${inputs[0].image}` };
    const one = await post(server, "/classify", { input: address });
    assert.equal(one.body.data[0].label, expected[0].label);
    await Deno.writeFile("image.png", bytes[0]);
    for (const image of ["image.png", `${Deno.cwd()}/image.png`, "http://127.0.0.1:1/a.png"]) {
      const { status, body } = await post(server, "/classify", { input: [{ image }] });
      assert.equal(status, 400, image);
      assert.match(body.error.message, /input\[0\]\.image is no base64|cannot be decoded|no image/);
    }
    const broken = await post(server, "/classify", { input: { image: "aGFsbG8=" } });
    assert.equal(broken.status, 400);
    const text = await post(server, "/classify", { input: "words" });
    assert.match(text.body.error.message, /must be an image, \{ image \}/);
    const tokens = await post(server, "/tokenize", { input: "words" });
    assert.deepEqual([tokens.status, tokens.body.error.code], [400, "unsupported"]);
    await result.dispose();
  }));

Deno.test("/detect finds objects, and leaves out what is less sure than asked", () =>
  inNewFolder(async () => {
    const { table, bytes, inputs } = await images(12);
    const task = objectDetection({ image: "image", objects: "objects", threshold: 0.01 });
    const result = await model("new:yolos", { ...small, queries: 3 })
      .data(table, task, { test: table }).adapt(full()).train(training).run(quiet);
    const expected = await result.predict(bytes.slice(0, 3));
    const server = await result.serve(usual);
    const { body } = await post(server, "/detect", { input: inputs });
    assert.ok(expected.some(({ objects }) => objects.length > 0));
    expected.forEach(({ objects }, at) => {
      const found = body.data[at].objects;
      assert.equal(found.length, objects.length);
      objects.forEach(({ label, score, box: [x, y, width, height] }, each) => {
        assert.equal(found[each].label, label);
        assert.ok(Math.abs(found[each].score - score) < 1e-5);
        const box = [
          found[each].box.x,
          found[each].box.y,
          found[each].box.width,
          found[each].box.height,
        ];
        [x, y, width, height].forEach((value, i) => assert.ok(Math.abs(box[i] - value) < 1e-3));
      });
    });
    const none = await post(server, "/detect", { input: inputs, threshold: 1 });
    assert.deepEqual(none.body.data[0].objects, []);
    await result.dispose();
  }));

Deno.test("/segment gives the class of each pixel as a PNG", () =>
  inNewFolder(async () => {
    const { bytes, inputs } = await images(8);
    const encode = await pngEncoder();
    const half = Uint8Array.from({ length: 256 }, (_, at) => at < 128 ? 0 : 1);
    const mask = encode({ width: 16, height: 16, channels: 1, data: half });
    const table = tableFromColumns({ image: bytes, mask: bytes.map(() => mask) });
    const task = imageSegmentation({ image: "image", mask: "mask", labels: ["up", "down"] });
    const result = await model("new:segformer", {
      hiddenSize: 16,
      layers: 1,
      heads: 2,
      imageSize: 32,
    }).data(table, task, { test: table }).adapt(full()).train(training).run(quiet);
    const expected = await result.predict(bytes.slice(0, 3));
    const server = await result.serve(usual);
    const { body } = await post(server, "/segment", { input: inputs });
    for (const [at, { mask, labels }] of expected.entries()) {
      const { width, height, labels: found, mask: png } = body.data[at];
      assert.deepEqual([width, height, found], [16, 16, labels]);
      const { data } = await decodeImage(Uint8Array.fromBase64(png), { where: "the mask" });
      const grey = data.length / mask.data.length;
      assert.deepEqual([...data].filter((_, i) => i % grey === 0), [...mask.data]);
    }
    await result.dispose();
  }));

Deno.test("/generate-image draws the same image for the same seed, whoever asks beside", () =>
  inNewFolder(async () => {
    const rows = await drawings(12);
    const result = await model("new:dit", size).data(rows, drawingTask(), { test: rows })
      .adapt(full()).train(training).run(quiet);
    const asked = { label: "dark", steps: 3 };
    const expected = await result.predict([{ ...asked, seed: 5 }, { ...asked, seed: 6 }]);
    const server = await result.serve(usual);
    const draw = (body: object) => post(server, "/generate-image", body);
    const [two, one] = await Promise.all([
      draw({ ...asked, n: 2, seed: 5 }),
      draw({ label: "light", steps: 2 }),
    ]);
    assert.deepEqual(two.body.data.map(({ seed }: { seed: number }) => seed), [5, 6]);
    for (const [at, { image }] of expected.entries()) {
      const pixels = await Promise.all(
        [image, Uint8Array.fromBase64(two.body.data[at].image)].map(async (png) =>
          (await decodeImage(png, { where: "the image" })).data
        ),
      );
      pixels[0].forEach((value, i) => assert.ok(Math.abs(value - pixels[1][i]) <= 1));
    }
    assert.equal(one.body.data[0].label, "light");
    const wrong = await draw({ label: "drak" });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body.error.message, /did you mean "dark"/);
    assert.equal((await draw({ steps: 5000 })).body.error.param, "steps");
    await result.dispose();
  }));
