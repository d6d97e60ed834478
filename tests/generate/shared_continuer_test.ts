/**
 * Logits of several adapters that share a program are those of each alone, whatever rows share a batch.
 */
import assert from "node:assert/strict";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { type Continuer, createContinuer } from "../../lib/generate/continuer.ts";
import { createSharedContinuer } from "../../lib/generate/shared_continuer.ts";
import { readsInPlace } from "../../lib/nn/in_place_program.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Method } from "../../lib/nn/method.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenLanguageModel } from "../models/golden.ts";

/** A share of the largest logit: both compute in float32, in another order. */
const tolerance = 2e-5;

const prompts = [[5, 9, 3, 12, 7], [8, 2], [3, 11, 6]];
const more = [[4], [9], [10]];
const sources = [[6, 3, 9, 14], [7, 2], [12, 13, 5]];
const inDecoder = prefixTuning({ tokens: 2, start: "random", sites: ["decoder"] });
const everywhere = prefixTuning({ tokens: 2, start: "random" });

const methods = [
  lora({ rank: 2, targets: "all-linear" }),
  ia3(),
  promptTuning({ tokens: 3 }),
  everywhere,
];
const dora = lora({ rank: 3, dora: true });
const bases: Readonly<Record<string, readonly Method[]>> = {
  gpt2: [...methods, dora, bitfit()],
  llama: [...methods, vera({ rank: 3 })],
  "decoders/gemma3_text": [...methods, dora],
  "seq2seq/t5": [...methods, dora, inDecoder],
  "seq2seq/bart": [...methods, inDecoder, bitfit()],
};

/** A method on a model with numbers that do something. */
function trainedOn(model: Model, method: Method, seed: number) {
  const attached = attachTo(model, method);
  const objective = nextTokenObjective({ texts: [{ ids: [0] }], vocabSize: 1 });
  const initial = initialParameters({ model, adapter: attached, objective }, seed);
  const values = new Map([...initial].map(([path, numbers]) => {
    const random = Random.fromSeed(seed, path);
    return [path, numbers.map((each) => each + 0.2 * random.normal())] as const;
  }));
  return { model, attached, values };
}

/** The logits after the prompts, and after one token more. */
async function read(
  continuer: Continuer,
  given: readonly (readonly number[])[] | undefined,
  rows: readonly number[],
  adapters?: Parameters<Continuer["begin"]>[2],
): Promise<Float32Array[]> {
  const cache = continuer.begin(rows.length, given && rows.map((row) => given[row]), adapters);
  const first = await continuer.read(cache, rows.map((row) => prompts[row]));
  const kept = first.map((each) => each.slice());
  return [...kept, ...await continuer.read(cache, rows.map((row) => more[row]))];
}

function assertNear(
  found: readonly Float32Array[],
  expected: readonly Float32Array[],
  what: string,
): void {
  found.forEach((logits, row) => {
    const largest = expected[row].reduce((most, each) => Math.max(most, Math.abs(each)), 1);
    logits.forEach((each, i) => {
      const share = Math.abs(each - expected[row][i]) / largest;
      assert.ok(share < tolerance, `${what}, row ${row}: ${share} of the largest`);
    });
  });
}

for (const [name, methods] of Object.entries(bases)) {
  Deno.test(`${name}: adapters share a program, and none sees what another has read`, async () => {
    const model: Model = { ...await goldenLanguageModel(name), head: [] };
    const device = await openDevice("cpu");
    const given = model.family.decoder ? sources : undefined;
    const held = device.holdWeights();
    const shared = createSharedContinuer(model, { device, held });
    try {
      const opened = methods.map((method, seed) => {
        const trained = trainedOn(model, method, seed);
        const entry = sharedAdapter(method.method, trained);
        shared.reserve(entry.delta);
        return { trained, entry };
      });
      const all = [];
      for (const { trained: { attached, values }, entry } of opened) {
        const tensors = trainedTensors(model, attached);
        const state = device.createState(tensors, [parameters]);
        const own = { device, state: () => Promise.resolve(state) };
        const alone = createContinuer({ model, adapter: attached }, own);
        await state.write(parameters, values);
        const expected = await read(alone, given, [0, 1, 2]);
        await alone.dispose();
        state.dispose();
        all.push({ continuer: shared.continuerOf(entry), expected, entry });
      }
      for (const [i, { continuer, expected }] of all.entries()) {
        assertNear(await read(continuer, given, [0, 1, 2]), expected, methods[i].method);
      }
      // Rows of different adapters in one batch, where as much stands before them.
      const { sharing } = all[0].continuer;
      const together = all.filter(({ continuer }) => continuer.sharing === sharing).slice(0, 3);
      assert.equal(together.length, 3);
      const rows = [0, 1, 2];
      const acting = together.map(({ entry }) => entry);
      const mixed = await read(together[0].continuer, given, rows, acting);
      const right = [0, 3].flatMap((at) => rows.map((row) => together[row].expected[at + row]));
      assertNear(mixed, right, "a batch of three adapters");
      // One program; another one reads the sources of an encoder-decoder, or texts behind a prefix, where
      // texts without one are read in place.
      const isInPlace = device.infers === true && readsInPlace({ model, adapter: noAdapter });
      assert.equal(shared.compilations, given || isInPlace ? 2 : 1);
    } finally {
      await shared.dispose();
      await held.dispose();
    }
  });
}
