import assert from "node:assert/strict";
import { join } from "node:path";
import type { ErrorKind } from "../../../lib/core/errors.ts";
import { readModelConfig } from "../../../lib/models/read_model_config.ts";
import { openWeights } from "../../../lib/weights/open_weights.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";
import { ggufBytes, type GgufContent, typeNumbers, type Value } from "./write_gguf.ts";

const { string, uint32, float32, uint64 } = typeNumbers;
const architecture: [string, Value] = ["general.architecture", [string, "llama"]];
const heads: [string, Value] = ["llama.attention.head_count", [uint32, 2]];
const metadata = [architecture, heads];
const data = new Uint8Array(32);
const tensor = { name: "a", shape: [8], data };

async function withBytes(
  bytes: Uint8Array<ArrayBuffer>,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "model.gguf");
    await Deno.writeFile(path, bytes);
    await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const open = async (path: string) => void (await openWeights(path)).close();
const refused = (bytes: Uint8Array<ArrayBuffer>, kind: ErrorKind, ...says: (string | RegExp)[]) =>
  withBytes(bytes, async (path) => {
    await assert.rejects(open(path), isMistake(kind, path, ...says));
  });

const cases: [what: string, content: GgufContent, kind: ErrorKind, says: (string | RegExp)[]][] = [
  ["another magic number", { magic: "GGML" }, "weights", ['does not begin with "GGUF"']],
  ["version 1", { version: 1 }, "unsupported", ["version 1", "2 and 3"]],
  ["version 4", { version: 4 }, "unsupported", ["version 4"]],
  ["big-endian", { metadata, bigEndian: true }, "unsupported", ["big-endian"]],
  ["keys beyond the file", { metadata, keyCount: 10n ** 9n }, "weights", [
    "metadata_kv_count is 1000000000",
  ]],
  ["keys beyond any file", { metadata, keyCount: 2n ** 60n }, "weights", [
    "metadata_kv_count is 1152921504606846976",
  ]],
  ["tensors beyond the file", { metadata, tensorCount: 10n ** 9n }, "weights", [
    "tensor_count is 1000000000",
  ]],
  ["a key twice", { metadata: [architecture, architecture] }, "weights", [
    "has the key general.architecture twice",
  ]],
  ["a type that GGUF does not have", { metadata: [...metadata, ["x", [99, 1]]] }, "weights", [
    "the type of x is 99",
  ]],
  ["a tensor twice", { metadata, tensors: [tensor, tensor] }, "weights", [
    "tensor a is there twice",
  ]],
  ["five dimensions", { metadata, tensors: [{ ...tensor, shape: [1, 1, 2, 2, 2] }] }, "weights", [
    "tensor a has 5 dimensions",
  ]],
  ["a tensor out of bounds", { metadata, tensors: [{ ...tensor, offset: 64n }] }, "weights", [
    /tensor a ends at byte \d+, but the file has \d+/,
  ]],
  [
    "a tensor larger than the file",
    { metadata, tensors: [{ ...tensor, shape: [9999, 9999] }] },
    "weights",
    ["tensor a ends at byte"],
  ],
  [
    "a dimension beyond numbers",
    { metadata, tensors: [{ ...tensor, shape: [2n ** 63n] }] },
    "weights",
    ["the shape of a is 9223372036854775808"],
  ],
  [
    "dimensions whose product is beyond numbers",
    { metadata, tensors: [{ ...tensor, shape: [2n ** 50n, 2n ** 50n, 2n ** 50n] }] },
    "weights",
    ["tensor a ends at byte"],
  ],
  ["an offset between", { metadata, tensors: [{ ...tensor, offset: 4n }] }, "weights", [
    "tensor a begins at 4, which is no multiple of 32",
  ]],
  [
    "an alignment of nothing",
    { metadata: [...metadata, ["general.alignment", [uint32, 0]]] },
    "weights",
    ["general.alignment is 0"],
  ],
  [
    "formats that are not read",
    {
      metadata,
      tensors: [
        { ...tensor, type: 10 },
        { ...tensor, name: "b", type: 23 },
        { ...tensor, name: "c", type: 77 },
      ],
    },
    "unsupported",
    ["tensor a is Q2_K", "tensor b is IQ4_XS", "tensor c is type 77", "Q6_K"],
  ],
  ["rows that are no whole blocks", { metadata, tensors: [{ ...tensor, type: 8 }] }, "weights", [
    "tensor a has rows of 8 numbers; Q8_0 has blocks of 32",
  ]],
  [
    "one shard of several",
    { metadata: [...metadata, ["split.count", [uint32, 3]]] },
    "unsupported",
    ["one of 3 shards (split.count)"],
  ],
  [
    "an adapter",
    { metadata: [...metadata, ["general.type", [string, "adapter"]]] },
    "unsupported",
    ["general.type is adapter"],
  ],
  ["no architecture", { metadata: [heads] }, "weights", ["lacks the key general.architecture"]],
  [
    "another architecture",
    { metadata: [["general.architecture", [string, "lama"]]] },
    "unsupported",
    ["general.architecture is lama", 'did you mean "llama"', "gpt2"],
  ],
  ["no number of heads", { metadata: [architecture] }, "weights", [
    "lacks the key llama.attention.head_count",
  ]],
];

for (const [what, content, kind, says] of cases) {
  Deno.test(`a GGUF file with ${what} is an error that names file and field`, async () => {
    await refused(ggufBytes(content), kind, ...says);
  });
}

Deno.test("a GGUF file that is cut anywhere is an error that names the file", async () => {
  const whole = await Deno.readFile(goldenPath("gguf/formats.gguf"));
  const padding = 24; // behind the last tensor, whose 840 bytes are no multiple of 32
  const cuts = Array.from({ length: 200 }, (_, i) => Math.floor(i * whole.length / 200));
  for (const length of [0, 3, 7, 8, 15, 16, 23, 24, ...cuts, whole.length - padding - 1]) {
    await withBytes(whole.slice(0, length), async (path) => {
      await assert.rejects(open(path), isMistake("weights", path));
    });
  }
});

Deno.test("bytes that are changed never end in another kind of error", async () => {
  const whole = await Deno.readFile(goldenPath("gguf/formats.gguf"));
  for (let at = 4; at < 1200; at += 3) {
    const bytes = whole.slice();
    bytes[at] ^= 0xff;
    await withBytes(bytes, async (path) => {
      try {
        await open(path);
      } catch (error) {
        assert.equal((error as Error).name, "TunebookError", String(error));
      }
    });
  }
});

Deno.test("version 2 is read, and numbers of 64 bits are counts", async () => {
  const content = {
    version: 2,
    metadata: [architecture, ["llama.attention.head_count", [uint64, 2]]] as [string, Value][],
    tensors: [tensor],
  };
  await withBytes(ggufBytes(content), async (path) => {
    using weights = await openWeights(path);
    assert.deepEqual(await weights.readFloat32("a"), new Float32Array(8));
    assert.throws(() => weights.readSync("b"), isMistake("weights", path, 'no tensor "b"'));
  });
});

Deno.test("a file that changes while the model is in use is an error", async () => {
  await withBytes(ggufBytes({ metadata, tensors: [tensor] }), async (path) => {
    using weights = await openWeights(path);
    await Deno.writeFile(
      path,
      ggufBytes({ metadata, tensors: [tensor, { ...tensor, name: "b" }] }),
    );
    assert.throws(() => weights.readFloat32Sync("a"), isMistake("weights", path, "changed while"));
  });
});

const table = { name: "token_embd.weight", shape: [8, 8], data: new Uint8Array(256) };

Deno.test("all keys that a model needs are asked for at once", async () => {
  await withBytes(ggufBytes({ metadata, tensors: [table] }), async (path) => {
    await assert.rejects(
      readModelConfig(path),
      isMistake(
        "weights",
        path,
        "lacks the key llama.embedding_length",
        "lacks the key llama.block_count",
        "lacks the key llama.feed_forward_length",
        "lacks the key llama.context_length",
        "lacks the key llama.attention.layer_norm_rms_epsilon",
      ),
    );
  });
});

const sizes: [string, Value][] = [
  architecture,
  heads,
  ["llama.embedding_length", [uint32, 8]],
  ["llama.block_count", [uint32, 1]],
  ["llama.feed_forward_length", [uint32, 8]],
  ["llama.context_length", [uint32, 64]],
  ["llama.attention.layer_norm_rms_epsilon", [float32, 1e-5]],
];
const unsupported: [key: string, value: Value][] = [
  ["llama.expert_count", [uint32, 8]],
  ["llama.rope.dimension_count", [uint32, 2]],
  ["llama.rope.scaling.type", [string, "longrope"]],
  ["llama.rope.scaling.attn_factor", [float32, 2]],
];

Deno.test("what tunebook's families cannot be is refused by key", async () => {
  for (const entry of unsupported) {
    await withBytes(ggufBytes({ metadata: [...sizes, entry], tensors: [table] }), async (path) => {
      await assert.rejects(readModelConfig(path), isMistake("unsupported", path, entry[0]));
    });
  }
});

Deno.test("Llama 3's scaling is found in the numbers that frequencies are divided by", async () => {
  // The converter's own formula, in wavelengths.
  const [factor, low, high, original, theta, head] = [8, 1, 4, 8192, 500_000, 64];
  const divisors = Float32Array.from({ length: head / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** (2 * i / head);
    if (wavelength < original / high) return 1;
    if (wavelength > original / low) return factor;
    const smooth = (original / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
  const model = (numbers: Float32Array<ArrayBuffer>) =>
    ggufBytes({
      metadata: [
        ...sizes.filter(([key]) => !key.endsWith("embedding_length")),
        ["llama.embedding_length", [uint32, 2 * head]],
        ["llama.rope.freq_base", [float32, theta]],
      ],
      tensors: [table, {
        name: "rope_freqs.weight",
        shape: [numbers.length],
        data: new Uint8Array(numbers.buffer),
      }],
    });
  await withBytes(model(divisors), async (path) => {
    const { json } = await readModelConfig(path);
    assert.deepEqual(json.rope_scaling, {
      rope_type: "llama3",
      factor,
      low_freq_factor: low,
      high_freq_factor: high,
      original_max_position_embeddings: original,
    });
  });
  await withBytes(model(divisors.map((each) => Math.sqrt(each))), async (path) => {
    await assert.rejects(readModelConfig(path), isMistake("unsupported", "rope_freqs.weight"));
  });
});
