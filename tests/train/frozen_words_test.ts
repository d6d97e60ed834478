import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { tf } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import { frozenRowsName } from "../../lib/nn/word_rows.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { gradientProgram } from "../../lib/train/gradient_program.ts";
import { gradientSource, occurringFrozenWords } from "../../lib/train/occurring_words.ts";
import { toyModel, type ToyOptions, toyRows, toyTargets } from "../nn/toy.ts";
import { runToy } from "./toy_run.ts";

const table = "embeddings.word_embeddings.weight";
/** A table that is large enough to be worth it; toys are narrow. */
const vocabulary = 1 << 17;

/** The same model, whose word table is always read whole. */
function readWhole({ family, ...model }: Model): Model {
  const { wordTable: _, ...stack } = family.stack!;
  return { ...model, family: { ...family, stack } };
}

for (const modelType of ["bert", "gpt2", "llama"]) {
  Deno.test(`LoRA on ${modelType} with the rows that occur is LoRA with the whole table, bit for bit`, async () => {
    const on = toyModel({ modelType, vocabulary, dropout: 0.1 });
    for (
      const settings of [{}, { compute: "int8" }, { accumulate: 2 }] as const
    ) {
      const context = { eightBit: { leastFeatures: 1 } };
      const [rows, whole] = [
        await runToy({ on, settings, context }),
        await runToy({ on: readWhole(on), settings, context }),
      ];
      assert.deepEqual(rows.losses, whole.losses);
      assert.deepEqual(rows.values, whole.values);
    }
  });
}

Deno.test("rows are read op by op as well", async () => {
  const on = toyModel({ vocabulary });
  const run = (on: Model) => runToy({ on, device: "tfjs:cpu", settings: { epochs: 1 } });
  const [rows, whole] = [await run(on), await run(readWhole(on))];
  assert.deepEqual(rows.losses, whole.losses);
});

/** What a gradient program of LoRA reads of the frozen weights. */
async function constantsOf(
  adapterOf: (model: Model) => ReturnType<typeof attachTo>,
): Promise<string[]> {
  const model = toyModel({ vocabulary });
  const rows = toyRows(6);
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: toyTargets(rows),
  });
  const trainable = { model, adapter: adapterOf(model), objective };
  const words = (await occurringFrozenWords(trainable, rows))!;
  const program = gradientProgram(trainable, { frozenWords: words });
  const graph = trace(program, gradientSource(trainable, words));
  return [...graph.constants.keys()].map(({ name }) => name);
}

Deno.test("a step has the rows in the place of the table, and the table where a method reads it", async () => {
  const rowsName = frozenRowsName({ path: table });
  const plain = await constantsOf((model) => attachTo(model, lora({ rank: 2 })));
  assert.ok(plain.includes(rowsName) && !plain.includes(table), plain.join(", "));
  const reading = await constantsOf((model) => ({
    ...attachTo(model, lora({ rank: 2 })),
    penalty: (context) => tf.mean(tf.square(context.weight(table))),
  }));
  assert.ok(reading.includes(rowsName) && reading.includes(table));
});

Deno.test("a table is read whole where it is trained, small, scored or has most of its words in the data", async () => {
  const wordsOf = (options: ToyOptions, method = lora({ rank: 2 })) => {
    const model = toyModel(options);
    return occurringFrozenWords({ model, adapter: attachTo(model, method) }, toyRows(22));
  };
  const found = (await wordsOf({ vocabulary }))!;
  assert.ok(found.ids.length < 30 && found.ids[0] === 0, String(found.ids));
  assert.equal(await wordsOf({ vocabulary: 1000 }), undefined);
  assert.equal(await wordsOf({ vocabulary }, full()), undefined);
  assert.equal(await wordsOf({ modelType: "gpt2", vocabulary, head: "language" }), undefined);
});
