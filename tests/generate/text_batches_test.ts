/**
 * Texts that share token steps are those that each request gets alone, whenever they begin and end.
 */
import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { TextPiece } from "../../lib/generate/answer_stream.ts";
import { type Continuer, createContinuer } from "../../lib/generate/continuer.ts";
import { type TextRequest, writeRequests } from "../../lib/generate/generate.ts";
import type { GeneratedText } from "../../lib/generate/generated_text.ts";
import type { GenerateOptions } from "../../lib/generate/generate_options.ts";
import { generateSettings } from "../../lib/generate/generate_settings.ts";
import { createSharedContinuer } from "../../lib/generate/shared_continuer.ts";
import { TextBatches, type TextBatchesOptions } from "../../lib/generate/text_batches.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import type { Tokenizer } from "../../lib/text/tokenizer.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenLanguageModel } from "../models/golden.ts";
import { toyLanguageModel } from "../nn/toy.ts";

/** The golden models have no tokenizer: a token is a number with a semicolon behind it. */
const tokenizer = {
  vocabSize: 99,
  tokenId: (text: string) => Number(text),
  tokenText: (id: number) => String(id),
  tokens: (text: string) => ({ ids: text.split(";").filter(Boolean).map(Number) }),
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => `${id};`).join(""),
} as unknown as Tokenizer;

const settingsOf = (options: GenerateOptions) =>
  generateSettings("generate", options, {}, tokenizer);

/** Requests of all lengths, greedy and drawn. */
function requestsOf(continuers: readonly Continuer[], hasSource: boolean): TextRequest[] {
  const random = Random.fromSeed(7, "requests");
  const ids = (count: number) => Array.from({ length: count }, () => 5 + random.integer(14));
  return Array.from({ length: 14 }, (_, i): TextRequest => ({
    generator: { continuer: continuers[i % continuers.length], tokenizer },
    prompt: ids(hasSource ? 1 : 1 + random.integer(4)),
    ...(hasSource ? { source: ids(1 + random.integer(7)) } : {}),
    settings: settingsOf({
      maxNewTokens: 1 + random.integer(9),
      ...(i % 3 === 0 ? { temperature: 1, topK: 7, seed: i } : {}),
      ...(i % 4 === 1 ? { repetitionPenalty: 1.5, stopTokens: [6] } : {}),
      ...(i === 6 ? { answers: 3 } : {}),
      logprobs: 1,
    }),
  }));
}

async function collect(
  pieces: AsyncGenerator<TextPiece, GeneratedText>,
  onPiece = () => {},
): Promise<GeneratedText> {
  let text = "";
  const tokens: number[] = [];
  while (true) {
    const { done, value } = await pieces.next();
    if (done) {
      assert.equal(text, value.text);
      assert.deepEqual(tokens, value.tokens);
      return value;
    }
    text += value.text;
    tokens.push(...value.tokens);
    onPiece();
  }
}

/** Asks for all, each new one when another has written something. */
async function writeStaggered(
  batches: TextBatches,
  requests: readonly TextRequest[],
): Promise<GeneratedText[][]> {
  const found: Promise<GeneratedText[]>[] = [];
  const next = () => {
    if (found.length === requests.length) return;
    const request = requests[found.length];
    const at = found.length;
    found.push(Promise.resolve([]));
    found[at] = Promise.all(batches.write(request).map((each) => collect(each, next)));
  };
  next();
  next();
  while (found.length < requests.length) {
    await Promise.all(found);
    next();
  }
  return await Promise.all(found);
}

/** A share of logits' size: a batch adds up in another order. */
const tolerance = 1e-4;

function assertSame(found: readonly GeneratedText[], alone: readonly GeneratedText[]): void {
  assert.deepEqual(
    found.map(({ logprobs: _, ...each }) => each),
    alone.map(({ logprobs: _, ...each }) => each),
  );
  found.forEach(({ logprobs }, i) =>
    logprobs!.forEach(({ logprob }, at) => {
      const difference = Math.abs(logprob - alone[i].logprobs![at].logprob);
      assert.ok(difference < tolerance, `a log probability differs by ${difference}`);
    })
  );
}

async function assertWritesAlike(
  continuers: readonly Continuer[],
  hasSource: boolean,
  options: TextBatchesOptions,
): Promise<void> {
  const requests = requestsOf(continuers, hasSource);
  const batches = new TextBatches(options);
  const found = await writeStaggered(batches, requests);
  for (const [i, request] of requests.entries()) {
    const [alone] = await writeRequests([request]);
    assertSame(found[i], alone);
  }
  assert.deepEqual([batches.running, batches.waiting], [0, 0]);
}

const models: Readonly<Record<string, () => Promise<Model>>> = {
  llama: () => goldenLanguageModel("llama"),
  gemma3_text: () => goldenLanguageModel("decoders/gemma3_text"),
  "llama in place": () =>
    Promise.resolve(toyLanguageModel({ modelType: "llama", layers: 2, width: 16, headSize: 8 })),
  t5: () => goldenLanguageModel("seq2seq/t5"),
  bart: () => goldenLanguageModel("seq2seq/bart"),
};

for (const [name, open] of Object.entries(models)) {
  Deno.test(`${name}: texts that begin when they like are those of each request alone`, async () => {
    const model = await open();
    const device = await openDevice("cpu");
    const continuer = createContinuer({ model, adapter: noAdapter }, { device });
    try {
      const hasSource = model.family.decoder !== undefined;
      await assertWritesAlike([continuer], hasSource, { rows: 5, promptTokens: 9 });
    } finally {
      await continuer.dispose();
    }
  });
}

for (const name of ["llama", "seq2seq/t5"]) {
  Deno.test(`${name}: adapters of one base share the steps`, async () => {
    const model: Model = { ...await goldenLanguageModel(name), head: [] };
    const device = await openDevice("cpu");
    const held = device.holdWeights();
    const shared = createSharedContinuer(model, { device, held });
    try {
      const entries = [1, 2, 3].map((seed) => trainedAdapter(model, seed));
      entries.forEach(({ delta }) => shared.reserve(delta));
      const reads: number[] = [];
      const continuers = entries.map((entry) => counted(shared.continuerOf(entry), reads));
      await assertWritesAlike(continuers, model.family.decoder !== undefined, { rows: 6 });
      assert.ok(Math.max(...reads) > 3, "texts of several adapters were read together");
    } finally {
      await shared.dispose();
      await held.dispose();
    }
  });
}

function trainedAdapter(model: Model, seed: number) {
  const method = lora({ rank: 2, targets: "all-linear" });
  const attached = attachTo(model, method);
  const objective = nextTokenObjective({ texts: [{ ids: [0] }], vocabSize: 1 });
  const initial = initialParameters({ model, adapter: attached, objective }, seed);
  const values = new Map([...initial].map(([path, numbers]) => {
    const random = Random.fromSeed(seed, path);
    return [path, numbers.map((each) => each + 0.2 * random.normal())] as const;
  }));
  return sharedAdapter(method.method, { model, attached, values });
}

/** The same continuer, which notes of how many rows tokens are read. */
function counted(continuer: Continuer, reads: number[]): Continuer {
  return {
    ...continuer,
    read(cache, tokens, signal) {
      reads.push(tokens.length);
      return continuer.read(cache, tokens, signal);
    },
  };
}

async function withContinuer(
  work: (continuer: Continuer, reads: number[]) => Promise<void>,
): Promise<void> {
  const device = await openDevice("cpu");
  const model = await goldenLanguageModel("llama");
  const continuer = createContinuer({ model, adapter: noAdapter }, { device });
  const reads: number[] = [];
  try {
    await work(counted(continuer, reads), reads);
  } finally {
    await continuer.dispose();
  }
}

const requestOf = (continuer: Continuer, options: GenerateOptions, prompt = [5, 9, 3]) => ({
  generator: { continuer, tokenizer },
  prompt,
  settings: settingsOf(options),
});

Deno.test("no more texts are written at once than there is room for", () =>
  withContinuer(async (continuer, reads) => {
    const ask = async (options: TextBatchesOptions, count: number) => {
      reads.length = 0;
      const batches = new TextBatches(options);
      const texts = Array.from(
        { length: count },
        () => batches.write(requestOf(continuer, { maxNewTokens: 4 })),
      ).flat();
      assert.equal(batches.waiting, count);
      await Promise.all(texts.map((each) => collect(each)));
      return [...reads];
    };
    // One read of prompts and three of single tokens.
    assert.deepEqual(await ask({}, 6), [6, 6, 6, 6]);
    assert.deepEqual(await ask({ rows: 4 }, 6), [4, 4, 4, 4, 2, 2, 2, 2]);
    // Three tokens and four that are written: two texts have room.
    assert.equal(Math.max(...await ask({ tokens: 20 }, 6)), 2);
    assert.equal(Math.max(...await ask({ tokens: 1 }, 2)), 1);
    // Prompts are read one by one, and those that have been read go on in between.
    assert.deepEqual(await ask({ promptTokens: 3 }, 3), [1, 1, 1, 2, 1, 3, 2, 1]);
  }));

Deno.test("several answers read their prompt once, and each draws its own", () =>
  withContinuer(async (continuer, reads) => {
    const request = requestOf(continuer, { answers: 3, temperature: 1, seed: 5, maxNewTokens: 6 });
    const [alone] = await writeRequests([request]);
    reads.length = 0;
    const texts = new TextBatches().write(request);
    assert.deepEqual(await Promise.all(texts.map((each) => collect(each))), alone);
    assert.equal(reads[0], 1);
    assert.equal(new Set(alone.map(({ text }) => text)).size, 3);
    assert.throws(
      () => new TextBatches({ rows: 2 }).write(request),
      isMistake("input", "3 answers are asked"),
    );
  }));

Deno.test("beams are searched beside the batch", () =>
  withContinuer(async (continuer) => {
    const request = requestOf(continuer, { beams: 3, answers: 2, maxNewTokens: 6 });
    const [alone] = await writeRequests([request]);
    const texts = new TextBatches().write(request);
    assert.deepEqual(await Promise.all(texts.map((each) => collect(each))), alone);
  }));

Deno.test("a text that nobody wants any more leaves, whether it is written or waits", () =>
  withContinuer(async (continuer) => {
    const batches = new TextBatches({ rows: 2 });
    const long = { maxNewTokens: 12 };
    const [alone] = await writeRequests([requestOf(continuer, long)]);
    const stop = new AbortController();
    const [left] = batches.write(requestOf(continuer, long));
    const [stayed] = batches.write(requestOf(continuer, long));
    const [waiting] = batches.write(requestOf(continuer, { ...long, signal: stop.signal }));
    const never = batches.write(requestOf(continuer, { ...long, signal: AbortSignal.abort() }));
    await assert.rejects(collect(never[0]), isMistake("interrupted", "stopped"));
    await left.next();
    assert.deepEqual([batches.running, batches.waiting], [2, 1]);
    const ended = assert.rejects(collect(waiting), isMistake("interrupted", "stopped"));
    stop.abort();
    await ended;
    assert.equal(batches.waiting, 0);
    await left.return(alone[0]);
    assert.deepEqual(await collect(stayed), alone[0]);
    assert.deepEqual([batches.running, batches.waiting], [0, 0]);
  }));

Deno.test("a text that cannot be written fails alone", () =>
  withContinuer(async (continuer) => {
    const batches = new TextBatches();
    const none = Object.fromEntries(Array.from({ length: 99 }, (_, id) => [id, -Infinity]));
    const good = requestOf(continuer, { maxNewTokens: 5 });
    const asked = [
      good,
      requestOf(continuer, { logitBias: none }),
      requestOf(continuer, {}, [5, 99_999]),
      good,
    ];
    const [first, forbidden, unknown, last] = await Promise.allSettled(
      asked.map((request) => collect(batches.write(request)[0])),
    );
    const [alone] = await writeRequests([good]);
    assert.deepEqual([first, last], Array(2).fill({ status: "fulfilled", value: alone[0] }));
    assert.ok(forbidden.status === "rejected" && unknown.status === "rejected");
    assert.match(forbidden.reason.message, /no token may be written next/);
    assert.throws(
      () => batches.write(requestOf(continuer, {}, [])),
      isMistake("input", "has no tokens"),
    );
    // The batch goes on after failures.
    assert.deepEqual(await collect(batches.write(good)[0]), alone[0]);
  }));
