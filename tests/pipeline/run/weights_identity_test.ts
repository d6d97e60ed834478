import assert from "node:assert/strict";
import { weightsIdentity } from "../../../lib/pipeline/run/weights_identity.ts";
import { findWeights } from "../../../lib/weights/open_weights.ts";
import { writeShards } from "../../../lib/weights/write_shards.ts";
import { inFolder } from "../../weights/in_folder.ts";

/** 1 MiB, so that some blocks are left out, and a small one. */
const [large, small] = [2 ** 18, 100];

async function identityOf(
  folder: string,
  change: (tensors: { a: Float32Array; b: Float32Array }) => void,
  maxShardBytes?: number,
): Promise<string> {
  const tensors = { a: new Float32Array(large), b: new Float32Array(small) };
  change(tensors);
  const home = await Deno.makeTempDir({ dir: folder });
  const list = [
    { name: "a", dtype: "F32" as const, shape: [large], data: tensors.a },
    { name: "b", dtype: "F32" as const, shape: [small], data: tensors.b },
  ];
  await writeShards(home, list, maxShardBytes ? { maxShardBytes } : {});
  return await weightsIdentity(await findWeights(home));
}

for (const [form, shardBytes] of [["one file", undefined], ["shards", 4 * large]] as const) {
  Deno.test(`weights in ${form}: the same bytes are the same, others are others`, () =>
    inFolder(async (folder) => {
      const same = () => identityOf(folder, () => {}, shardBytes);
      const changed = [
        await same(),
        await identityOf(folder, ({ a }) => a[0] = 1, shardBytes),
        await identityOf(folder, ({ a }) => a[large - 1] = 1, shardBytes),
        // Training moves all of a tensor a little.
        await identityOf(folder, ({ a }) => a.fill(1e-6, large / 4), shardBytes),
        await identityOf(folder, ({ b }) => b[small / 2] = 1, shardBytes),
      ];
      assert.equal(await same(), changed[0]);
      assert.equal(new Set(changed).size, changed.length);
      assert.match(changed[0], /^[0-9a-f]{64}$/);
    }));
}
