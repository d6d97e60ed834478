import assert from "node:assert/strict";
import { join } from "node:path";
import {
  linearMerge,
  loadTokenizer,
  merge,
  type MergeOptions,
  openWeights,
  passthrough,
  perplexity,
  tableFromColumns,
  taskArithmetic,
} from "tunebook";
import golden from "../../golden/merging_models/tokens.json" with { type: "json" };
import { goldenPath } from "../../models/golden.ts";
import { inFolder } from "../../weights/in_folder.ts";

// mergekit sums in float32, tunebook in float64 and rounds once: a few units in the last place.
const tolerance = 2e-6;
const place = (name: string) => goldenPath(`merging_models/${name}`);
const [a, b, c] = ["a", "b", "c"].map(place);

type Names = "a" | "b" | "c";
type Case = readonly [
  name: string,
  models: Readonly<Partial<Record<Names, string>>>,
  options: MergeOptions<Names>,
];

const layers: readonly Case[] = [
  ["passthrough_layers", { a, c }, {
    method: passthrough(),
    slices: [{ a: [0, 2] }, { c: [1, 3] }],
  }],
  ["linear_layers", { a, c }, {
    method: linearMerge(),
    weights: { a: 0.75, c: 0.25 },
    slices: [{ a: [0, 1], c: [1, 2] }, { c: [0, 3] }],
  }],
];

const vocabularies: readonly Case[] = [
  ["union_linear", { a, b, c }, {
    method: linearMerge(),
    weights: { a: 0.5, b: 0.3, c: 0.2 },
    vocabulary: { of: "union" },
  }],
  ["union_task_arithmetic", { b, c }, {
    method: taskArithmetic(),
    base: a,
    weights: { b: 0.6, c: 0.5 },
    vocabulary: { of: "union" },
  }],
  ["union_from", { a, b }, {
    method: linearMerge(),
    vocabulary: { of: "union", from: { ab: "b", cd: "zeros" }, force: ["ab"] },
  }],
  ["of_b", { a, b }, {
    method: linearMerge(),
    weights: { a: 0.4, b: 0.6 },
    vocabulary: { of: "b" },
  }],
];

/** The golden tensors of a case by their names. */
async function expectedOf(name: string): Promise<Map<string, Float32Array>> {
  using file = await openWeights(join(goldenPath("merging_models"), "expected.safetensors"));
  const found = new Map<string, Float32Array>();
  for (const each of file.tensors.keys()) {
    if (each.startsWith(`${name}/`)) {
      found.set(each.slice(name.length + 1), await file.readFloat32(each));
    }
  }
  return found;
}

function assertClose(found: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(found.length, expected.length, what);
  found.forEach((value, at) =>
    assert.ok(
      Math.abs(value - expected[at]) <= tolerance,
      `${what} [${at}] is ${value}, not ${expected[at]}`,
    )
  );
}

for (const [name, models, options] of layers) {
  Deno.test(`${name}: tensors and config are mergekit's`, () =>
    inFolder(async (folder) => {
      await merge(models as Record<Names, string>, options).save(folder);
      const expected = await expectedOf(name);
      using written = await openWeights(folder);
      assert.deepEqual([...written.tensors.keys()].sort(), [...expected.keys()].sort());
      for (const [tensor, values] of expected) {
        assertClose(await written.readFloat32(tensor), values, tensor);
      }
      const config = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
      assert.equal(config.num_hidden_layers, 4);
    }));
}

/** mergekit draws the order of new tokens anew each time: rows are compared by their tokens. */
const rowTensors = ["model.embed_tokens.weight", "lm_head.weight"];

for (const [name, models, options] of vocabularies) {
  Deno.test(`${name}: tensors are mergekit's, token by token`, () =>
    inFolder(async (folder) => {
      await merge(models as Record<Names, string>, options).save(folder);
      const expected = await expectedOf(name);
      const tokens = golden.tokens[name as keyof typeof golden.tokens];
      using written = await openWeights(folder);
      const tokenizer = await loadTokenizer({ tokenizer: join(folder, "tokenizer.json") });
      const config = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
      assert.equal(config.vocab_size, tokens.length);
      assert.equal(tokenizer.vocabSize, tokens.length);
      for (const [tensor, values] of expected) {
        const found = await written.readFloat32(tensor);
        if (!rowTensors.includes(tensor)) {
          assertClose(found, values, tensor);
          continue;
        }
        assert.equal(found.length, values.length, tensor);
        const width = values.length / tokens.length;
        tokens.forEach((token, row) => {
          const own = tokenizer.tokenId(token)! * width;
          assertClose(
            found.slice(own, own + width),
            values.slice(row * width, (row + 1) * width),
            `${tensor} of ${token}`,
          );
        });
      }
    }));
}

Deno.test("tokens of other models are read as tokens, and those of the first keep their ids", () =>
  inFolder(async (folder) => {
    const place = join(folder, "both");
    const receipt = await merge({ a, b }, {
      method: linearMerge(),
      vocabulary: { of: "union" },
    }).save(place);
    assert.deepEqual(receipt.vocabulary, { of: "union" });
    const [own, both] = await Promise.all(
      [a, place].map((each) => loadTokenizer({ tokenizer: join(each, "tokenizer.json") })),
    );
    assert.deepEqual(both.encode("ab cd").ids, own.encode("ab cd").ids);
    const xy = both.tokenId("xy")!;
    assert.ok(xy >= own.vocabSize);
    assert.deepEqual([...both.encode("xy").ids], [xy]);
    assert.deepEqual([...own.encode("xy").ids].includes(own.tokenId("<unk>")!), true);
  }));

Deno.test("models of other tokens are refused unless a vocabulary is asked for", () =>
  inFolder(async (folder) => {
    await assert.rejects(
      merge({ a, b }, { method: linearMerge() }).save(join(folder, "both")),
      /b has other tokens than a: "x"[\s\S]*vocabulary: \{ of: "union" \}/,
    );
    await assert.rejects(
      merge({ a, b }, {
        method: linearMerge(),
        vocabulary: { of: "union", from: { xy: "a", nowhere: "a" }, force: ["z"] },
      }).save(join(folder, "both")),
      /from takes "xy" of a, which has no such token[\s\S]*"nowhere", which is no token[\s\S]*force says "z"/,
    );
    await assert.rejects(
      merge({ a, c }, { method: passthrough(), slices: [{ a: [0, 1] }, { c: [2, 5] }] })
        .save(join(folder, "both")),
      /slice 2 takes layers 2 to 5 of c, which has 3/,
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("slices and vocabularies that make no sense are one error", () => {
  const wrong = (options: object) => () =>
    merge({ a, b }, { method: linearMerge(), ...options } as never);
  assert.throws(
    wrong({ slices: [{ a: [0, 2], b: [0, 1] }, { d: [0, 1] }, { a: [1, 1] }] }),
    (error: Error) =>
      /slices\[0\] takes different numbers of layers/.test(error.message) &&
      /slices\[1\]\.d is of no model/.test(error.message) &&
      /slices\[2\]\.a must be \[first layer, end\]/.test(error.message),
  );
  assert.throws(wrong({ slices: [{ a: [0, 1] }] }), /take no layer of b/);
  assert.throws(
    () => merge({ a, b }, { method: passthrough(), slices: [{ a: [0, 1], b: [0, 1] }] }),
    /slices\[0\] has 2 models, but passthrough merges 1/,
  );
  assert.throws(
    wrong({ vocabulary: { of: "onion", from: { ab: "d" }, force: "ab" } }),
    (error: Error) =>
      /vocabulary\.of is of no model/.test(error.message) &&
      /vocabulary\.from\["ab"\] is of no model/.test(error.message) &&
      /force is "ab", but must be a list of texts/.test(error.message),
  );
});

Deno.test("a model of other layers or tokens is scored beside each model as it was", async () => {
  const texts = ["ab cd", "cd ab ab", "ab ab", "cd cd a", "e f ab", "a b cd", "g h", "ab h cd"];
  const rows = tableFromColumns({ text: texts });
  const run = (options: MergeOptions<"a" | "c">) =>
    merge({ a, c }, options).data(rows, { text: "text", test: 4 }).evaluate({ perplexity })
      .run({ quiet: true });
  const stacked = await run({ method: passthrough(), slices: [{ a: [0, 3] }, { c: [2, 3] }] });
  const mean = await run({ method: linearMerge() });
  assert.deepEqual(
    stacked.singles.a.scores.perplexity,
    mean.singles.a.scores.perplexity,
  );
  assert.notDeepEqual(stacked.scores, mean.scores);
  assert.equal(stacked.totalParameters > mean.totalParameters, true);
  await stacked.dispose();
  await mean.dispose();
});
