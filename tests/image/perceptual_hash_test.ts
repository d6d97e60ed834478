import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { decodeImage } from "../../lib/image/decode_image.ts";
import { nearDuplicates } from "../../lib/image/near_duplicates.ts";
import { hashDistance, perceptualHash } from "../../lib/image/perceptual_hash.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";
import { goldenBytes } from "./golden_images.ts";

interface Golden {
  readonly hashes: Readonly<Record<string, string>>;
  readonly distances: readonly number[];
}

const golden: Golden = JSON.parse(
  await Deno.readTextFile(goldenPath("perceptual_hashes.json")),
);

Deno.test("perceptual hashes and their distances are ImageHash's", async () => {
  const found: Record<string, string> = {};
  for (const name of Object.keys(golden.hashes)) {
    found[name] = perceptualHash(await decodeImage(await goldenBytes(name), { where: name }));
  }
  assert.deepEqual(found, golden.hashes);
  const hashes = Object.values(found);
  const distances = hashes.flatMap((one, at) =>
    hashes.slice(at + 1).map((other) => hashDistance(one, other))
  );
  assert.deepEqual(distances, golden.distances);
});

Deno.test("near duplicates are joined over their neighbours", () => {
  const hashes = ["0000000000000000", "00000000000000ff", "0000000000000003", "ffff000000000000"];
  assert.deepEqual(nearDuplicates(hashes, 0), []);
  assert.deepEqual(nearDuplicates(hashes, 2), [[0, 2]]);
  assert.deepEqual(nearDuplicates(hashes, 6), [[0, 1, 2]]);
  assert.deepEqual(nearDuplicates([...hashes, hashes[3]], 0), [[3, 4]]);
  assert.deepEqual(nearDuplicates(["ffffffff00000000", "0000000000000000"], 31), []);
  assert.deepEqual(nearDuplicates(["ffffffff00000000", "0000000000000000"], 32), [[0, 1]]);
});

Deno.test("what is no hash is refused", () => {
  assert.throws(() => hashDistance("a342", "a342030303fcfdfd"), isMistake("input", /"a342"/));
});

Deno.test("near duplicates are those of all pairs, whatever is compared", () => {
  const random = Random.fromSeed(1, "hashes");
  const digit = () => Math.floor(random.uniform() * 16).toString(16);
  const centres = Array.from({ length: 6 }, () => Array.from({ length: 16 }, digit));
  const hashes = Array.from({ length: 60 }, (_, at) => {
    const digits = [...centres[at % centres.length]];
    for (let k = 0; k < at % 4; k++) digits[Math.floor(random.uniform() * 16)] = digit();
    return digits.join("");
  });
  for (const maxDistance of [0, 1, 3, 7, 15, 16, 25]) {
    const groups = nearDuplicates(hashes, maxDistance);
    const groupOf = new Map(groups.flatMap((rows, group) => rows.map((row) => [row, group])));
    hashes.forEach((one, row) =>
      hashes.forEach((other, column) => {
        if (row === column || hashDistance(one, other) > maxDistance) return;
        assert.ok(groupOf.has(row), `${one} has a neighbour`);
        assert.equal(groupOf.get(row), groupOf.get(column));
      })
    );
    for (const rows of groups) {
      for (const row of rows) {
        const others = rows.filter((other) => other !== row);
        const distances = others.map((other) => hashDistance(hashes[row], hashes[other]));
        assert.ok(Math.min(...distances) <= maxDistance);
      }
    }
  }
});
