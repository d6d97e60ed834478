import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { pTuning } from "../../lib/adapters/p_tuning.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { type Device, openDevice, type State } from "../../lib/engine/mod.ts";
import { readsInPlace } from "../../lib/nn/in_place_program.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Method } from "../../lib/nn/method.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenLanguageModel, readGolden } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyLanguageModel } from "../nn/toy.ts";

/** Both sides compute in float32, in another order; the logits are below ten. */
const tolerance = 1e-5;

/** The logits after each token of one text, from a whole pass. */
async function wholePass(
  model: Model,
  method: Method,
  device: Device,
  ids: readonly number[],
): Promise<Float32Array[]> {
  const adapter = attachTo(model, method);
  const texts = [{ ids }];
  const vocabSize = (model.config as unknown as { vocabSize: number }).vocabSize;
  const objective = nextTokenObjective({ texts, vocabSize });
  const shape = [1, ids.length];
  const trainable = { model, adapter, objective };
  const { data } = await logitsOf(trainable, device, {
    input_ids: { shape, data: Int32Array.from(ids) },
    attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
  }, initialParameters(trainable, 1));
  return ids.map((_, at) => (data as Float32Array).slice(at * vocabSize, (at + 1) * vocabSize));
}

function trainedState(model: Model, method: Method, device: Device): State | undefined {
  const adapter = attachTo(model, method);
  const tensors = trainedTensors(model, adapter);
  if (tensors.length === 0) return undefined;
  const texts = [{ ids: [0] }];
  const objective = nextTokenObjective({ texts, vocabSize: 1 });
  const state = device.createState(tensors, [parameters]);
  void state.write(parameters, initialParameters({ model, adapter, objective }, 1));
  return state;
}

function assertNear(
  found: Float32Array,
  expected: Float32Array,
  what: string,
  most = tolerance,
): void {
  assert.equal(found.length, expected.length);
  const difference = found.reduce(
    (most, each, i) => Math.max(most, Math.abs(each - expected[i])),
    0,
  );
  assert.ok(difference < most, `${what} differs by ${difference}`);
}

const texts = [[1, 5, 9, 3, 12, 7, 2, 4], [8, 2, 6], [3, 3, 11, 17, 5]];

/** Reads pieces of the texts, and compares every row with a whole pass over what it has read. */
async function assertContinues(model: Model, method: Method): Promise<void> {
  const device = await openDevice("cpu");
  const state = trainedState(model, method, device);
  const continuer = createContinuer({ model, adapter: attachTo(model, method) }, {
    device,
    state: () => Promise.resolve(state),
  });
  try {
    const expected: Float32Array[][] = [];
    for (const ids of texts) expected.push(await wholePass(model, method, device, ids));
    const cache = continuer.begin(3);
    const pieces = [[3, 2], [1, 1, 1, 1, 1]]; // how many tokens are read at once
    const read = [0, 0, 0];
    for (const count of pieces.flat()) {
      const counts = read.map((at, row) =>
        Math.min(Math.max(1, count - row % 2), texts[row].length - at)
      );
      const rows = counts.flatMap((each, row) => each > 0 ? [row] : []);
      if (rows.length < 3) break;
      const given = rows.map((row) => texts[row].slice(read[row], read[row] + counts[row]));
      const logits = await continuer.read(cache, given);
      rows.forEach((row, i) => {
        read[row] += counts[row];
        assertNear(
          logits[i],
          expected[row][read[row] - 1],
          `text ${row} after ${read[row]} tokens`,
        );
      });
    }
    assert.deepEqual(read.map((at) => at > 1), [true, true, true]);
    // The first row goes on alone, twice, from a shorter beginning.
    cache.select([0, 0]);
    const virtual = attachTo(model, method).virtualTokens ?? 0;
    cache.truncate(1, virtual + 2);
    const [longer, shorter] = await continuer.read(cache, [
      texts[0].slice(read[0], read[0] + 2),
      texts[0].slice(2, 6),
    ]);
    assertNear(longer, expected[0][read[0] + 1], "the text that went on");
    assertNear(shorter, expected[0][5], "the text that went back");
  } finally {
    await continuer.dispose();
    state?.dispose();
  }
}

/** Models whose positions turn by the length of a text; a prompt and what transformers continues it with. */
for (const name of ["llama-dynamic", "qwen3-longrope", "mistral-longrope"]) {
  Deno.test(`${name} goes on beyond its original length as transformers does with a cache`, async () => {
    const golden = await readGolden(`decoders/${name}/expected.safetensors`);
    const ids = Array.from(golden["steps.ids"].data);
    const { shape: [count, vocabSize], data } = golden["steps.logits"];
    const model = await goldenLanguageModel(`decoders/${name}`);
    const device = await openDevice("cpu");
    const continuer = createContinuer({ model, adapter: noAdapter }, { device });
    try {
      assert.ok(continuer.maxTokens >= ids.length);
      // A shorter neighbour changes nothing.
      const cache = continuer.begin(2);
      const prompt = ids.length - count;
      for (let step = 0; step < count; step++) {
        const own = step === 0 ? ids.slice(0, prompt) : [ids[prompt + step - 1]];
        const [logits] = await continuer.read(cache, [own, [5]]);
        const wanted = data.slice(step * vocabSize, (step + 1) * vocabSize) as Float32Array;
        assertNear(logits, wanted, `step ${step}`, 1e-4);
      }
    } finally {
      await continuer.dispose();
    }
  });
}

const ofOthers = ["llama-biases", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"];
const names = ["gpt2", "gpt2-untied", "llama", "llama-tied"];
for (const name of [...names, ...ofOthers.map((each) => `decoders/${each}`)]) {
  Deno.test(`${name} continues texts of different lengths as a whole pass reads them`, async () => {
    const model = await goldenLanguageModel(name);
    await assertContinues(model, full());
  });
}

for (
  const method of [
    lora({ rank: 2 }),
    promptTuning({ tokens: 3 }),
    pTuning({ tokens: 3 }),
    prefixTuning({ tokens: 3 }),
  ]
) {
  for (const modelType of ["gpt2", "llama", "gemma3_text"]) {
    Deno.test(`${modelType} with ${method.method} continues texts`, async () => {
      await assertContinues(toyLanguageModel({ modelType, layers: 2 }), method);
    });
  }
}

// The runtime's attention takes heads of 8 numbers and more: these are written in place.
for (const modelType of ["gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text"]) {
  const toy = () => toyLanguageModel({ modelType, layers: 2, width: 16, headSize: 8 });
  for (const method of [full(), lora({ rank: 2 }), promptTuning({ tokens: 3 })]) {
    Deno.test(`${modelType} with ${method.method} continues texts in place`, async () => {
      const model = toy();
      assert.ok(readsInPlace({ model, adapter: attachTo(model, method) }));
      await assertContinues(model, method);
    });
  }

  Deno.test(`${modelType} reads further tokens of a single text in place`, async () => {
    const model = toy();
    const device = await openDevice("cpu");
    const expected = await wholePass(model, full(), device, texts[0]);
    const continuer = createContinuer({ model, adapter: noAdapter }, { device });
    const cache = continuer.begin(1);
    for (const [from, to] of [[0, 3], [3, 4], [4, 8]]) {
      const [logits] = await continuer.read(cache, [texts[0].slice(from, to)]);
      assertNear(logits, expected[to - 1], `after ${to} tokens`);
    }
    await continuer.dispose();
  });
}

Deno.test("a method that changes keys is not read in place", () => {
  const model = toyLanguageModel({ modelType: "llama", width: 16 });
  const adapter = attachTo(model, prefixTuning({ tokens: 2 }));
  assert.equal(readsInPlace({ model, adapter }), false);
});
