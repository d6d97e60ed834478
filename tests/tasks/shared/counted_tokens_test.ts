import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { promptTuning } from "../../../lib/adapters/prompt_tuning.ts";
import { batchFeeds } from "../../../lib/data/feeds.ts";
import { packRows } from "../../../lib/data/pack.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { createPredictor } from "../../../lib/evaluate/predict.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { attachTo, textConfig } from "../../../lib/nn/model.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import {
  type CountedTokensOptions,
  forCountedTokens,
  overCountedTokens,
  piecesFor,
} from "../../../lib/tasks/shared/counted_tokens.ts";
import { nextTokenObjective } from "../../../lib/tasks/shared/next_token_objective.ts";
import { initialState } from "../../../lib/train/initial_state.ts";
import type { TrainOptions } from "../../../lib/train/train_options.ts";
import { checkGradients } from "../../nn/check_gradients.ts";
import { stepOver, toyExamples } from "../../nn/packed_run.ts";
import { nextTokens, toyLanguageModel, toyRows } from "../../nn/toy.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "../../train/toy_run.ts";
import { inFolder } from "../../weights/in_folder.ts";

const feeds: CountedTokensOptions = { targets: "next_tokens", weights: "next_weights" };
const inPieces = (objective: Objective, pieces: number) =>
  overCountedTokens(objective, pieces, feeds);

const lengths = [4, 7, 1, 5, 3, 2, 6];
const examples = toyExamples(lengths);
const texts = examples.map(({ ids }, row) => ({
  ids,
  counts: Array.from(ids, (_, at) => (row + at) % 3 === 0 ? 0 : 1 + (at % 2)),
}));

const methods: Record<string, { readonly method: Method; readonly virtual?: boolean }> = {
  "full fine-tuning": { method: full() },
  "LoRA": { method: lora({ rank: 2 }) },
  "LoRA of all linears": { method: lora({ rank: 2, targets: ".*(lm_head|attn|proj|fc).*" }) },
  "virtual tokens": { method: promptTuning({ tokens: 2 }), virtual: true },
};

for (const modelType of ["gpt2", "llama"]) {
  for (const isTied of [true, false]) {
    for (const [name, { method, virtual = false }] of Object.entries(methods)) {
      for (const deviceName of ["cpu", "tfjs:cpu"]) {
        const title = `${modelType}, ${isTied ? "tied" : "untied"}, ${name}, ${deviceName}`;
        Deno.test(`pieces of the counted tokens train as all tokens do: ${title}`, async () => {
          const model = toyLanguageModel({ modelType, layers: 2, isTied });
          const { vocabSize } = textConfig(model);
          const objective = nextTokenObjective({ texts, vocabSize, afterVirtualTokens: virtual });
          const trainable = { model, adapter: attachTo(model, method), objective };
          const device = await openDevice(deviceName);
          for (const layout of [undefined, ...virtual ? [] : [packRows(lengths, 10)]]) {
            const whole = await stepOver(trainable, device, examples, layout);
            for (const pieces of [1, 3, 40]) {
              const cut = { ...trainable, objective: inPieces(objective, pieces) };
              const found = await stepOver(cut, device, examples, layout);
              assertSame(found, whole);
            }
          }
        });
      }
    }
  }
}

/** Both sum the same float32 numbers in another order. */
const tolerance = 1e-6;

function assertSame(
  found: Awaited<ReturnType<typeof stepOver>>,
  wanted: Awaited<ReturnType<typeof stepOver>>,
): void {
  assert.ok(Math.abs(found.loss - wanted.loss) <= tolerance * 4, `${found.loss}, ${wanted.loss}`);
  assert.deepEqual([...found.gradients.keys()], [...wanted.gradients.keys()]);
  for (const [path, numbers] of wanted.gradients) {
    const own = found.gradients.get(path)!;
    const largest = numbers.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    assert.equal(own.length, numbers.length);
    numbers.forEach((number, i) =>
      assert.ok(
        Math.abs(own[i] - number) <= tolerance * largest,
        `${path}[${i}]: ${own[i]} in pieces, ${number} as a whole`,
      )
    );
  }
}

for (const modelType of ["gpt2", "llama"]) {
  for (const isTied of [true, false]) {
    Deno.test(`gradients in pieces are right: ${modelType}, ${isTied ? "tied" : "untied"}`, async () => {
      const model = toyLanguageModel({ modelType, layers: 2, seed: 3, isTied });
      const adapter = attachTo(model, full());
      const objective = inPieces(nextTokens({ model, adapter }, toyRows(5)), 3);
      await checkGradients({ model, adapter, objective });
    });
  }
}

Deno.test("feeds name the tokens that count, and the last place of all counts nothing", () => {
  const texts = [{ ids: [4, 5, 6, 7], counts: [1, 0, 1, 3] }, { ids: [8, 9] }];
  const objective = inPieces(nextTokenObjective({ texts, vocabSize: 20 }), 2);
  assert.equal(objective.weightOf([0, 1]), 5);
  const found = objective.targetsOf([1, 0], 3);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(objective.feeds).sort());
  assert.deepEqual(found.counted_tokens, { shape: [2, 2], data: Int32Array.of(0, 5, 6, 0) });
  assert.deepEqual(found.counted_targets, { shape: [2, 2], data: Int32Array.of(9, 6, 7, 0) });
  assert.deepEqual(found.counted_weights, { shape: [2, 2], data: Float32Array.of(1, 1, 3, 0) });
  assert.deepEqual(found.counted_slots, {
    shape: [2, 4],
    data: Int32Array.of(0, 3, 3, 3, 3, 1, 2, 3),
  });
  assert.deepEqual([...found.normaliser.data], [3]);
  const none = objective.targetsOf([], 1);
  assert.deepEqual(none.counted_tokens, { shape: [2, 1], data: new Int32Array(2) });
});

Deno.test("large logits are cut, small ones are not", () => {
  assert.equal(piecesFor(1000, 300), 0);
  assert.equal(piecesFor(10, 500_000), 1);
  assert.equal(piecesFor(1024, 49_152), 6);
  assert.equal(piecesFor(100_000, 49_152), 32);
  const texts = Array.from({ length: 16 }, () => ({ ids: new Int32Array(128) }));
  const pieces = (vocabSize: number, rows: number) =>
    forCountedTokens(
      nextTokenObjective({ texts, vocabSize }),
      [[0], [...Array(rows).keys()]],
      feeds,
    )
      .piecewise?.pieces;
  assert.equal(pieces(300, 16), undefined);
  assert.equal(pieces(50_000, 8), 7);
});

const training: ToyRunOptions = {
  method: lora({ rank: 2, targets: ".*(c_attn|lm_head)" }),
  settings: { epochs: 4, learningRate: 0.01 }, // 24 steps
};

/** A run of the toy language model, its objective in three pieces or as a whole. */
async function trained(
  pieces: number | undefined,
  options: ToyRunOptions = training,
): Promise<{ readonly losses: readonly number[]; readonly result: ToyResult }> {
  const losses: number[] = [];
  const result = await runToy({
    on: toyLanguageModel({ modelType: "gpt2", layers: 2, isTied: false }),
    ...options,
    objective: (whole) => pieces ? { ...whole, forBatches: () => inPieces(whole, pieces) } : whole,
    context: { onStep: ({ loss }) => losses.push(loss), ...options.context },
  });
  return { losses, result };
}

for (
  const [name, settings] of Object.entries<TrainOptions>({
    "padded": {},
    "in micro-batches": { accumulate: 2, epochs: 8 },
    "with layers computed twice": { gradientCheckpointing: true },
  })
) {
  Deno.test(`a training in pieces loses what one of all tokens loses: ${name}`, async () => {
    const options = { ...training, settings: { ...training.settings, ...settings } };
    const whole = await trained(undefined, options);
    const cut = await trained(3, options);
    assert.ok(whole.losses.length > 20);
    assert.ok(whole.losses.at(-1)! < whole.losses[0]);
    assert.equal(cut.losses.length, whole.losses.length);
    // The differences of roundings grow from step to step.
    whole.losses.forEach((loss, step) =>
      assert.ok(Math.abs(cut.losses[step] - loss) < 1e-5, `${step}: ${cut.losses[step]}, ${loss}`)
    );
  });
}

Deno.test("a training in pieces that is stopped and resumed gives the same bits", async () => {
  const { result: wanted } = await trained(3);
  await inFolder(async (folder) => {
    const stop = new AbortController();
    const settings = { ...training.settings, checkpoints: folder };
    const onStep = ({ step }: { step: number }) => step === 9 && stop.abort();
    const first = await trained(3, {
      ...training,
      settings,
      context: { signal: stop.signal, onStep },
    });
    assert.equal(first.result.step, 9);
    const { result } = await trained(3, { ...training, settings: { ...settings, resume: true } });
    assert.deepEqual(result.values, wanted.values);
  });
});

for (const deviceName of ["cpu", "tfjs:cpu"]) {
  Deno.test(`evaluation in pieces gives each row's own mean on ${deviceName}`, async () => {
    const model = toyLanguageModel({ modelType: "llama" });
    const { vocabSize } = textConfig(model);
    const plain = nextTokenObjective({ texts, vocabSize });
    const device = await openDevice(deviceName);
    const found = await Promise.all([1, 3, 50].map(async (pieces) => {
      const perRow = { ...plain.perRow!, ofTokens: { ...plain.perRow!.ofTokens!, pieces } };
      const objective = { ...plain, perRow };
      const trainable = { model, adapter: attachTo(model, lora({ rank: 2 })), objective };
      const state = await initialState(trainable, device, { accumulate: 1, seed: 1 });
      const predictor = await createPredictor(trainable, device, state);
      const outputs = await predictor.outputs({
        lengths,
        feedsOf: (chosen) => batchFeeds(examples, chosen, { padId: 0, usesTypes: false }),
      });
      await predictor.dispose();
      state.dispose();
      return outputs.map(([loss]) => loss);
    }));
    for (const cut of found.slice(1)) {
      cut.forEach((loss, row) => assert.ok(Math.abs(loss - found[0][row]) < 1e-6));
    }
    assert.ok(found[0].some((loss) => loss > 1));
  });
}
