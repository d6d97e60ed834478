import assert from "node:assert/strict";
import { emojiSceneClasses, emojiScenes } from "tunebook/datasets";
import { decodeImage } from "../../lib/image/decode_image.ts";
import type { ImageObject } from "../../lib/image/image_object.ts";
import { readMask } from "../../lib/image/masks/read_mask.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("scenes of emoji have the boxes and the masks of what is to be seen", async () => {
  const size = 96;
  const table = await emojiScenes({ rows: 20, size, objects: 4 });
  assert.equal(table.numRows(), 20);
  const found = new Set<string>();
  for (let row = 0; row < 20; row++) {
    const where = `row ${row}`;
    const image = await decodeImage(table.get("image", row) as Uint8Array, { where });
    assert.deepEqual([image.width, image.height, image.channels], [size, size, 3]);
    const { ids } = await readMask(table.get("mask", row) as Uint8Array, { where });
    const objects = table.get("objects", row) as ImageObject[];
    assert.ok(objects.length >= 1 && objects.length <= 4);
    const inBoxes = new Uint8Array(ids.length);
    for (const { box: [left, top, width, height], label, area } of objects) {
      found.add(label);
      const id = emojiSceneClasses.indexOf(label as "apple") + 1;
      const rows = new Set<number>();
      const columns = new Set<number>();
      let own = 0;
      for (let y = top; y < top + height; y++) {
        for (let x = left; x < left + width; x++) {
          inBoxes[y * size + x] = 1;
          if (ids[y * size + x] !== id) continue;
          rows.add(y);
          columns.add(x);
          own++;
        }
      }
      // Another emoji of the same class may reach into the box.
      assert.ok(own >= area!);
      assert.ok(rows.has(top) && rows.has(top + height - 1));
      assert.ok(columns.has(left) && columns.has(left + width - 1));
    }
    assert.ok(ids.every((id, at) => id === 0 || inBoxes[at] === 1));
  }
  assert.ok(found.size >= 6);
});

Deno.test("a seed makes the same scenes, and more rows begin with those of fewer", async () => {
  const [few, more, other] = await Promise.all([
    emojiScenes({ rows: 3 }),
    emojiScenes({ rows: 5 }),
    emojiScenes({ rows: 3, seed: 2 }),
  ]);
  assert.deepEqual(few.get("image", 2), more.get("image", 2));
  assert.deepEqual(few.get("objects", 2), more.get("objects", 2));
  assert.notDeepEqual(few.get("image", 2), other.get("image", 2));
});

Deno.test("options of scenes that make no sense are told together", async () => {
  await assert.rejects(
    emojiScenes({ rows: 0, size: 8, ground: "noise" as "noisy" }),
    isMistake("input", "rows", "size", "ground"),
  );
});
