import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../lib/core/random.ts";
import type { PairLayout } from "../../lib/engine/cut_pairs.ts";
import { openOnnxFile, type Program, tf, writeOnnxFile } from "../../lib/engine/mod.ts";
import { truncateLongestFirst } from "../../lib/text/truncate.ts";
import { inFolder } from "../weights/in_folder.ts";

const spec = {
  role: "feed",
  type: "int32",
  shape: ["batch", "sequence"],
  exportType: "int64",
} as const;

/** Gives what it is fed with. */
function echo(usesTypes: boolean): Program {
  return {
    name: "echo",
    inputs: {
      input_ids: spec,
      attention_mask: spec,
      ...(usesTypes ? { token_type_ids: spec } : {}),
    },
    compute: ({ input_ids, attention_mask, token_type_ids }) => ({
      ids: tf.cast(input_ids, "float32"),
      mask: tf.cast(attention_mask, "float32"),
      ...(token_type_ids ? { types: tf.cast(token_type_ids, "float32") } : {}),
    }),
  };
}

const [open, separator] = [101, 102];
/** Ids of two texts of these lengths, each token another number, around `between` separators. */
function pair(lengths: readonly number[], cut: readonly number[], between: number) {
  const [first, second] = [1000, 2000].map((from, at) =>
    Array.from({ length: cut[at] }, (_, i) => from + i)
  );
  assert.ok(cut[0] <= lengths[0] && cut[1] <= lengths[1]);
  const ids = [open, ...first, ...Array(between).fill(separator), ...second, separator];
  const firsts = 1 + first.length + between;
  return { ids, types: ids.map((_, at) => at < firsts ? 0 : 1) };
}

for (const [name, usesTypes, between] of [["BERT", true, 1], ["RoBERTa", false, 2]] as const) {
  Deno.test(`a graph cuts pairs laid out as ${name}'s as longest_first does`, () =>
    inFolder(async (folder) => {
      const maxTokens = 14;
      const layout: PairLayout = {
        maxTokens,
        before: 1,
        between,
        after: 1,
        separator,
        ...(usesTypes ? { inSecond: 1 } : {}),
      };
      const path = join(folder, "pairs.onnx");
      await writeOnnxFile(path, echo(usesTypes), () => assert.fail(), { pairs: layout });
      const session = await openOnnxFile(path);
      const random = Random.fromSeed(1, "pairs");
      const room = maxTokens - between - 2;
      for (let round = 0; round < 60; round++) {
        const lengths = Array.from({ length: 3 }, () => [
          1 + random.integer(24),
          1 + random.integer(24),
        ]);
        const whole = lengths.map((each) => pair(each, each, between));
        const width = Math.max(...whole.map(({ ids }) => ids.length));
        const filled = (rows: readonly (readonly number[])[]) => ({
          shape: [rows.length, width],
          data: Int32Array.from(
            rows.flatMap((row) => [...row, ...Array(width - row.length).fill(0)]),
          ),
        });
        const found = await session.run({
          input_ids: filled(whole.map(({ ids }) => ids)),
          attention_mask: filled(whole.map(({ ids }) => ids.map(() => 1))),
          ...(usesTypes ? { token_type_ids: filled(whole.map(({ types }) => types)) } : {}),
        });
        const kept = Math.min(width, maxTokens);
        assert.deepEqual(found.ids.shape, [3, kept]);
        lengths.forEach((each, row) => {
          const wanted = pair(each, truncateLongestFirst(each, room), between);
          const own = (name: string) =>
            Array.from(found[name].data.slice(row * kept, (row + 1) * kept));
          const length = wanted.ids.length;
          assert.deepEqual(own("ids").slice(0, length), wanted.ids, String(each));
          assert.deepEqual(own("mask"), Array.from({ length: kept }, (_, i) => i < length ? 1 : 0));
          if (usesTypes) assert.deepEqual(own("types").slice(0, length), wanted.types);
        });
      }
      await session.dispose();
    }));
}
