import assert from "node:assert/strict";
import { openDevice, type Program } from "../../../lib/engine/mod.ts";
import { Random } from "../../../lib/core/random.ts";
import { boxesOfCells } from "../../../lib/tasks/object_detection/boxes_of_cells.ts";
import { compareCells } from "../../../lib/tasks/object_detection/compare_cells.ts";
import type { CornerBox } from "../../../lib/tasks/object_detection/compare_boxes.ts";
import { queriesOfCells } from "../../../lib/tasks/object_detection/queries_of_cells.ts";

const images = 3;

interface Sizes {
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** What a model might give for some images: all logits, and boxes of which some have negative sides. */
function someCells({ height, width, classes }: Sizes, seed: number): Float32Array[] {
  const random = Random.fromSeed(seed, "cells");
  const cells = height * width;
  return Array.from({ length: images }, () =>
    Float32Array.from(
      { length: (classes + 4) * cells },
      (_, at) => at < classes * cells ? 3 * random.normal() : 1 + random.normal(),
    ));
}

/** What transformers.js' pipeline makes of a graph's outputs, without a threshold. */
function told(logits: Float32Array, boxes: Float32Array, classes: number): CornerBox[] {
  return Array.from({ length: boxes.length / 4 }, (_, query) => query).flatMap((query) => {
    const own = Array.from(logits.subarray(query * (classes + 1), (query + 1) * (classes + 1)));
    const best = own.indexOf(Math.max(...own));
    if (best === classes) return [];
    const powers = own.map((each) => Math.exp(each - own[best]));
    const [x, y, w, h] = boxes.subarray(query * 4, (query + 1) * 4);
    return [{
      label: String(best),
      score: 1 / powers.reduce((a, b) => a + b),
      box: { xmin: x - w / 2, ymin: y - h / 2, xmax: x + w / 2, ymax: y + h / 2 },
    }];
  });
}

async function found(device: string, sizes: Sizes, outputs: readonly Float32Array[]) {
  const { height, width, classes } = sizes;
  const program: Program = {
    name: "queries",
    inputs: {
      cells: { role: "feed", type: "float32", shape: ["batch", classes + 4, height, width] },
    },
    compute: ({ cells }) => ({ ...queriesOfCells(cells, sizes) }),
  };
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  const { logits, pred_boxes: boxes } = await step.run({
    cells: {
      shape: [outputs.length, classes + 4, height, width],
      data: Float32Array.from(outputs.flatMap((each) => [...each])),
    },
  });
  await step.dispose();
  return outputs.map((_, image) => {
    const [own, ofBoxes] = [logits, boxes].map(({ data }) => {
      const size = data.length / outputs.length;
      return (data as Float32Array).subarray(image * size, (image + 1) * size);
    });
    return told(own, ofBoxes, classes);
  });
}

/** Many more peaks than there are queries, fewer cells than queries, one class. */
const cases: readonly Sizes[] = [
  { height: 24, width: 30, classes: 3 },
  { height: 2, width: 5, classes: 2 },
  { height: 6, width: 4, classes: 1 },
];

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`queries made of cells are their peaks, the surest first, on ${device}`, async () => {
    for (const [seed, sizes] of cases.entries()) {
      const outputs = someCells(sizes, seed);
      for (const [image, own] of (await found(device, sizes, outputs)).entries()) {
        const wanted = boxesOfCells(outputs[image], sizes, { width: 1, height: 1 })
          .filter(({ score }) => score > 1 / (sizes.classes + 1));
        assert.equal(own.length, wanted.length);
        assert.ok(wanted.length > 0);
        wanted.forEach(({ label, score, box: [left, top, width, height] }, at) => {
          assert.equal(own[at].label, String(label));
          const { xmin, ymin, xmax, ymax } = own[at].box;
          [score - own[at].score, left - xmin, top - ymin, left + width - xmax, top + height - ymax]
            .forEach((difference) => assert.ok(Math.abs(difference) < 1e-5, `${difference}`));
        });
      }
    }
  });
}

Deno.test("answers of cells may differ where it is not sure what is a peak, and nowhere else", async () => {
  const [sizes] = cases;
  const labels = ["0", "1", "2"];
  const [output] = someCells(sizes, 7);
  const [own] = await found("cpu", sizes, [output]);
  const compare = (boxes: readonly CornerBox[], given = output) =>
    compareCells(boxes, given, { labels, tolerance: 1e-5, sizes });
  assert.ok(compare(own).difference < 1e-5);
  assert.ok(compare(own.toReversed()).difference < 1e-5);
  assert.match(
    compare(own.slice(1)).problem ?? "",
    /and not the "\d" that the trained model finds/,
  );
  const [first, ...others] = own;
  assert.ok(compare([...own, { ...first }]).difference > 0.009);
  assert.ok(compare([{ ...first, score: first.score - 0.01 }, ...others]).difference > 0.009);
  const label = labels[(Number(first.label) + 1) % 3];
  assert.notEqual(compare([{ ...first, label }, ...others]).problem, undefined);
  // A neighbour that is as high within the tolerance: either of the two may be told, or both.
  const tied = { height: 1, width: 4, classes: 1 };
  const logits = [2, 2 + 1e-6, -3, -4];
  const given = Float32Array.from([...logits, ...Array(16).fill(0.5)]);
  const [both] = await found("cpu", tied, [
    Float32Array.from([2, 2, -3, -4, ...Array(16).fill(0.5)]),
  ]);
  assert.equal(both.length, 2);
  for (const boxes of [both, both.slice(0, 1), both.slice(1)]) {
    const { difference } = compareCells(boxes, given, { labels, tolerance: 1e-5, sizes: tied });
    assert.ok(difference < 1e-5, `${difference}`);
  }
});
