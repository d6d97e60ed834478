import assert from "node:assert/strict";
import { parseShardIndex } from "../../lib/weights/shard_index.ts";

Deno.test("an index is read", () => {
  const text = JSON.stringify({
    metadata: { total_size: 8 },
    weight_map: { b: "model-2.safetensors", a: "model-1.safetensors", c: "model-2.safetensors" },
  });
  const { shardOf, shards } = parseShardIndex("model.safetensors.index.json", text);
  assert.equal(shardOf.get("b"), "model-2.safetensors");
  assert.deepEqual(shards, ["model-1.safetensors", "model-2.safetensors"]);
});

Deno.test("an index that is malformed or points elsewhere is refused with file and key", () => {
  const mapTo = (shard: unknown) => JSON.stringify({ weight_map: { w: shard } });
  const cases: [string, RegExp][] = [
    ["", /is not JSON/],
    ["{", /is not JSON/],
    ["null", /no "weight_map"/],
    ["[]", /no "weight_map"/],
    ["{}", /no "weight_map"/],
    ['{"weight_map":null}', /no "weight_map"/],
    ['{"weight_map":["a"]}', /no "weight_map"/],
    ['{"weight_map":"a"}', /no "weight_map"/],
    ['{"weight_map":{}}', /empty "weight_map"/],
    [mapTo(1), /tensor "w" to 1/],
    [mapTo(null), /tensor "w" to null/],
    [mapTo(["a.safetensors"]), /tensor "w" to \["a/],
    [mapTo(""), /tensor "w" to ""/],
    [mapTo("model.bin"), /tensor "w" to "model\.bin"/],
    [mapTo("../secret.safetensors"), /tensor "w" to "\.\./],
    [mapTo("sub/model.safetensors"), /tensor "w" to "sub/],
    [mapTo("/etc/model.safetensors"), /tensor "w" to "\/etc/],
    [mapTo("..\\model.safetensors"), /tensor "w" to/],
    [mapTo(".hidden.safetensors"), /tensor "w" to "\.hidden/],
    [mapTo("a\0.safetensors"), /tensor "w" to/],
    [mapTo("a\n/../b.safetensors"), /tensor "w" to/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseShardIndex("my.index.json", text), (error: Error) => {
      assert.match(error.message, /^my\.index\.json /);
      assert.match(error.message, message);
      return true;
    }, text);
  }
});
