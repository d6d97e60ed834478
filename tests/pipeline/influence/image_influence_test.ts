import assert from "node:assert/strict";
import {
  full,
  imageClassification,
  imageSegmentation,
  model,
  objectDetection,
  type Table,
  tableFromColumns,
} from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";
import { maskedSquares, maskLabels } from "../../deploy/images/masked_squares.ts";
import { isMistake } from "../../is_mistake.ts";
import { squares } from "../../tasks/object_detection/squares.ts";

const side = 16;
const task = imageClassification({ image: "image", label: "colour" });
const quiet = { quiet: true } as const;

/** Images of one colour with noise, half of them red; those of `wrong` have the other's label. */
async function colours(count: number, wrong: readonly number[] = []): Promise<Table> {
  const random = Random.fromSeed(count, "colours");
  const encodePng = await pngEncoder();
  const image = Array.from({ length: count }, (_, at) => {
    const own = at % 2 === 0 ? 0 : 2;
    const data = Uint8Array.from(
      { length: side * side * 3 },
      (_, place) => (place % 3 === own ? 120 : 40) + Math.floor(random.uniform() * 90),
    );
    return encodePng({ width: side, height: side, channels: 3, data });
  });
  const colour = image.map((_, at) => (at % 2 === 0) !== wrong.includes(at) ? "red" : "blue");
  return tableFromColumns({ image, colour });
}

const wrong = 6;
const held = await colours(4);

Deno.test("images that speak for answers and against, and those nearest to them", async () => {
  const train = await colours(24, [wrong]);
  const result = await model("new:vit", {
    ...{ hiddenSize: 16, layers: 2, heads: 2, imageSize: side, patchSize: 8 },
  }).data(train, task, { test: held }).adapt(full())
    .train({ epochs: 6, batchSize: 4, learningRate: 3e-3 }).run(quiet);
  const found = await result.influence(held);
  for (const [row, { nearest, proponents, opponents, influences }] of found.rows.entries()) {
    assert.equal(influences.length, 24);
    const isOwn = (other: { row: number }) => other.row % 2 === row % 2;
    assert.ok(nearest!.every(isOwn), `row ${row}: ${JSON.stringify(nearest)}`);
    assert.ok(proponents.length > 0 && proponents.every(({ influence }) => influence > 0));
    // The only image of a colour whose label says the other.
    if (row % 2 === wrong % 2) assert.equal(opponents[0].row, wrong);
  }
  assert.match(String(found), /nearest to the model: row \d+ "red"/);
  await result.dispose();
});

Deno.test("images with masks have a loss of their own, and no vector of a whole image", async () => {
  const rows = await maskedSquares(6, 32, 1);
  const result = await model("new:segformer", { hiddenSize: 8, layers: 1, heads: 1, imageSize: 32 })
    .data(rows, imageSegmentation({ image: "image", mask: "mask", labels: maskLabels }), {
      test: rows,
    })
    .adapt(full()).train({ epochs: 1, batchSize: 3 }).run(quiet);
  const found = await result.influence(rows, { listed: 3 });
  for (const [row, { nearest, influences, cosines }] of found.rows.entries()) {
    assert.equal(nearest, undefined);
    assert.equal(influences.length, 6);
    // Nothing points along a row's gradient as the row itself does.
    assert.ok(Math.abs(cosines[row] - 1) < 1e-5, `${cosines}`);
  }
  await result.dispose();
});

Deno.test("tasks whose rows have no loss of their own are refused", async () => {
  const boxes = await squares(8);
  const detector = await model("new:yolos", {
    ...{ hiddenSize: 16, layers: 1, heads: 2, imageSize: 32, patchSize: 8 },
  }).data(boxes, objectDetection({ image: "image", objects: "objects" }), { test: boxes })
    .adapt(full()).train({ epochs: 1 }).run(quiet);
  await assert.rejects(
    detector.influence(boxes),
    isMistake("unsupported", "targets that depend on what the model gives"),
  );
  await detector.dispose();
});
