import assert from "node:assert/strict";
import {
  openDevice,
  type Program,
  type Tensor,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import { full } from "../../../lib/adapters/full.ts";
import { Random } from "../../../lib/core/random.ts";
import { attentionAt, type AttentionVector } from "../../../lib/nn/layer_attention.ts";
import { attachTo } from "../../../lib/nn/model.ts";
import { withAttentionLoss } from "../../../lib/tasks/distillation/attention_loss.ts";
import {
  attentionRule,
  checkHeads,
  comparedAttention,
  comparedVectors,
} from "../../../lib/tasks/distillation/attention_options.ts";
import { layerPairs } from "../../../lib/tasks/distillation/layer_map.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import type { BatchLayout } from "../../../lib/text/batch_layout.ts";
import type { ModelConfig } from "../../../lib/nn/family.ts";
import { isMistake } from "../../is_mistake.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { toyModel, toyRows, toyTargets } from "../../nn/toy.ts";
import golden from "../../golden/distillation.json" with { type: "json" };

/** Float32 beside PyTorch's float64. */
const tolerance = 1e-5;
const { lengths, cases } = golden.attention;
const own = classificationObjective({
  kind: "single",
  outputs: 2,
  targets: new Float32Array(2 * lengths.length),
});
const padded: BatchLayout = { rows: 3, length: 4, starts: Int32Array.of(0, 4, 8) };
/** The first text and the second one share a row, behind them is padding; the third one has a row of its own. */
const packed: BatchLayout = { rows: 2, length: 6, starts: Int32Array.of(0, 4, 6) };
const names: readonly AttentionVector[] = ["query", "key", "value"];

/** Numbers of texts, [texts][tokens][width], as a batch has them; what stands at padding must not matter. */
function laidOut(texts: number[][][], { rows, length, starts }: BatchLayout) {
  const width = texts[0][0].length;
  const data = new Float32Array(rows * length * width).fill(3);
  texts.forEach((text, at) => data.set(text.slice(0, lengths[at]).flat(), starts[at] * width));
  return { shape: [rows * length, width], data };
}

function maskOf({ rows, length, starts }: BatchLayout) {
  const data = new Int32Array(rows * length);
  const counts = Array<number>(rows).fill(0);
  starts.forEach((start, at) => {
    const example = ++counts[Math.floor(start / length)];
    data.fill(example, start, start + lengths[at]);
  });
  return { shape: [rows, length], data };
}

for (
  const [at, { compare, relations, heads, own: vectors, teacher, ...expected }] of cases.entries()
) {
  for (const [how, layout] of Object.entries({ padded, packed })) {
    Deno.test(`${compare} of attention, case ${at + 1}, ${how}: loss and gradients equal PyTorch's`, async () => {
      const options = comparedAttention({
        compare: compare as "scores",
        weight: 2,
        ...(relations.length > 0 ? { relations: relations as never } : {}),
      });
      const asked = comparedVectors(options);
      const objective = withAttentionLoss(own, {
        ...options,
        compared: {
          attention: [[2, 5]],
          vectors: asked,
          attentionWidth: teacher.query[0][0].length,
          numHeads: heads[1],
        },
        taught: lengths.map((length, text) =>
          Float32Array.from(
            Array.from(
              { length },
              (_, token) => asked.flatMap((name) => teacher[name][text][token]),
            )
              .flat(),
          )
        ),
      });
      assert.deepEqual(objective.layerAttention!.layers, [2]);
      const { targets: _, normaliser: __, ...fed } = objective.targetsOf([0, 1, 2], 3, { layout });
      const given = {
        ...fed,
        ...Object.fromEntries(names.map((name) => [name, laidOut(vectors[name], layout)])),
        mask: maskOf(layout),
      };
      const program: Program = {
        name: "attention",
        inputs: Object.fromEntries(
          Object.entries(given).map(([name, { shape, data }]) => [
            name,
            { role: "feed", type: data instanceof Int32Array ? "int32" : "float32", shape },
          ]),
        ),
        compute(feeds) {
          const { query, key, value, mask } = feeds;
          const found = valueAndGradients(
            () =>
              tf.add(
                objective.layerAttention!.loss(
                  [{ query, key, value, mask, numHeads: heads[0] }],
                  feeds,
                ),
                // So that vectors that are not compared have a gradient of 0.
                tf.mul(tf.sum(tf.add(tf.add(query, key), value)), 0),
              ) as Tensor,
            { query, key, value },
          );
          const gradients = Object.entries(found.gradients).map((
            [name, each],
          ) => [`d${name}`, each]);
          return { loss: found.value, ...Object.fromEntries(gradients) };
        },
      };
      const step = await (await openDevice("cpu")).compile(program, {
        frozen: () => new Float32Array(),
      });
      const results = await step.run(given);
      await step.dispose();
      const { loss } = results;
      assert.ok(
        Math.abs(Number(loss.data[0]) - 2 * expected.loss) < tolerance,
        `${loss.data[0]} and ${2 * expected.loss}`,
      );
      for (const name of names) {
        const { data } = results[`d${name}`];
        const right = new Float32Array(data.length);
        right.set(laidOut(expected.gradients[name], layout).data);
        const mask = maskOf(layout).data;
        const width = data.length / mask.length;
        data.forEach((gradient, i) => {
          const wanted = mask[Math.floor(i / width)] === 0 ? 0 : 2 * right[i];
          assert.ok(Math.abs(Number(gradient) - wanted) < tolerance, `${name} ${i}: ${gradient}`);
        });
      }
    });
  }
}

Deno.test("a model's gradients are those of finite differences, in the last layer too", async () => {
  const model = toyModel({ layers: 2 });
  const rows = toyRows(5);
  const random = Random.fromSeed(1, "teacher");
  const width = 6;
  const objective = withAttentionLoss(
    classificationObjective({ kind: "single", outputs: 3, targets: toyTargets(rows) }),
    {
      ...comparedAttention({ relations: ["query-key", "query-query", "value-value"] }),
      compared: {
        attention: [[1, 1], [2, 3]],
        vectors: ["query", "key", "value"],
        attentionWidth: width,
        numHeads: 3,
      },
      taught: Array.from(
        rows.lengths,
        (tokens) => Float32Array.from({ length: tokens * 6 * width }, () => 2 * random.normal()),
      ),
    },
  );
  const trainable = { model, adapter: attachTo(model, full()), objective };
  const checked = await checkGradients(trainable, {
    only: (path) => /layer\.[01]\.attention\.self\.\w+\.weight|word_embeddings/.test(path),
  });
  assert.equal(checked.length, 7);
});

Deno.test("attention that is more than products, or of a decoder, is refused", () => {
  const { attends, all } = attentionAt([2]);
  const told = { layer: 1 } as Parameters<typeof attends>[0];
  attends({ ...told, layer: 0, softCap: 1 });
  for (
    const [call, why] of [
      [{ softCap: 30 }, "more than products"],
      [{ positions: {} as never }, "see only those before them"],
      [{ site: "decoder" as const }, "several attentions a layer"],
    ] as const
  ) {
    assert.throws(() => attends({ ...told, ...call }), isMistake("unsupported", why));
  }
  assert.throws(all, isMistake("unsupported", "the attention of layer 2", "full()"));
});

const config = (numHeads: number, hiddenSize: number) =>
  ({ numHeads, hiddenSize, numLayers: 3 }) as ModelConfig;

Deno.test("maps of other numbers of heads are refused with what to do", () => {
  const scores = comparedAttention({ compare: "scores" });
  checkHeads(scores, config(2, 4), config(2, 8));
  assert.throws(
    () => checkHeads(scores, config(2, 4), config(4, 8)),
    isMistake("input", "has 2 heads and its teacher 4", 'take compare: "relations"'),
  );
  const relations = comparedAttention({});
  checkHeads(relations, config(2, 4), config(4, 8));
  assert.throws(
    () => checkHeads(relations, config(3, 6), config(4, 8)),
    isMistake("input", "into 3 heads, but they have 6 and 8 numbers", "divides both"),
  );
  checkHeads(comparedAttention({ heads: 2 }), config(3, 6), config(4, 8));
});

Deno.test("maps of layers are words or pairs that both models have", () => {
  assert.deepEqual(layerPairs("last", 3, 6), [[3, 6]]);
  assert.deepEqual(layerPairs("uniform", 3, 6), [[1, 2], [2, 4], [3, 6]]);
  assert.deepEqual(layerPairs("uniform", 4, 6), [[1, 2], [2, 3], [3, 5], [4, 6]]);
  assert.deepEqual(layerPairs({ 10: 12, 2: 4 }, 10, 12), [[2, 4], [10, 12]]);
  assert.throws(
    () => layerPairs({ 1: 2, 4: 6, 2: 9 }, 3, 6),
    isMistake("input", "has 2: 9, 4: 6, but the model has 3 layers and its teacher 6"),
  );
});

Deno.test("what attention may be told", () => {
  const [, fits] = attentionRule;
  assert.ok(fits({}) && fits({ compare: "scores", layers: { 1: 2 } }) && fits({ heads: 4 }));
  for (
    const wrong of [
      { compare: "maps" },
      { layers: "first" },
      { weight: 0 },
      { heads: 1.5 },
      {
        compare: "scores",
        heads: 2,
      },
      { relations: [] },
      { other: 1 },
      "scores",
    ]
  ) assert.ok(!fits(wrong), JSON.stringify(wrong));
});
