import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { streamText, writeRequests } from "../../lib/generate/generate.ts";
import type { Generator } from "../../lib/generate/generator.ts";
import type { GenerateOptions } from "../../lib/generate/generate_options.ts";
import { generateSettings } from "../../lib/generate/generate_settings.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import type { Tokenizer } from "../../lib/text/tokenizer.ts";
import { goldenPath } from "../models/golden.ts";

interface Written {
  readonly sources: number[][];
  readonly greedy: number[][];
  readonly varied: number[][];
  readonly beams: number[][];
  readonly forced: number[][];
}

const { start, first, end, newTokens, models } = JSON.parse(
  await Deno.readTextFile(goldenPath("seq2seq/generate.json")),
) as {
  start: number;
  first: number;
  end: number;
  newTokens: number;
  models: Record<string, Written>;
};

/** The golden models have no tokenizer: a token is a number with a semicolon behind it. */
const tokenizer = {
  vocabSize: 30,
  tokenId: (text: string) => Number(text),
  tokenText: (id: number) => String(id),
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => `${id};`).join(""),
} as unknown as Tokenizer;

const settingsOf = (options: GenerateOptions) =>
  generateSettings(
    "generate",
    { maxNewTokens: newTokens, stopTokens: [end], ...options },
    {},
    tokenizer,
  );

const open = (name: string) => {
  const reference = goldenPath(`seq2seq/${name}`);
  return loadModel({
    reference,
    config: `${reference}/config.json`,
    weights: `${reference}/model.safetensors`,
    head: { name: "language", outputs: 0 },
    seed: 1,
  });
};

for (const [name, { sources, greedy, varied, beams, forced }] of Object.entries(models)) {
  Deno.test(`${name} answers with the tokens that transformers writes`, async () => {
    const device = await openDevice("cpu");
    const continuer = createContinuer({ model: await open(name), adapter: noAdapter }, { device });
    const generator: Generator = { continuer, tokenizer };
    const answersTo = async (sources: number[][], options: GenerateOptions) => {
      const settings = settingsOf(options);
      return await writeRequests(
        sources.map((source) => ({ generator, prompt: [start], settings, source })),
      );
    };
    const tokensOf = async (sources: number[][], options: GenerateOptions) => {
      const found = await answersTo(sources, options);
      return found.map(([{ tokens }]) => [...tokens]);
    };
    try {
      assert.deepEqual(await tokensOf(sources, {}), greedy);
      const rules = { noRepeatNgramSize: 2, minNewTokens: 12 };
      assert.deepEqual(await tokensOf(sources, rules), varied);
      const search = { beams: 4, lengthPenalty: 0.7, earlyStopping: true };
      assert.deepEqual(await tokensOf(sources, search), beams);
      const told = { beams: 2, forcedFirstToken: first, forcedLastToken: end };
      const few = sources.slice(0, 20);
      assert.deepEqual(await tokensOf(few, { ...told, noRepeatNgramSize: 2 }), forced);
      const several = await answersTo(
        sources.slice(0, 2),
        { answers: 2, temperature: 1e-4, seed: 1 },
      );
      assert.deepEqual(
        several.flat().map(({ tokens }) => [...tokens]),
        [greedy[0], greedy[0], greedy[1], greedy[1]],
      );
      const pieces = [];
      const stream = streamText(generator, [start], settingsOf({}), { source: sources[0] });
      for await (const piece of stream) pieces.push(piece);
      const shown = greedy[0].filter((token) => token !== end);
      assert.equal(pieces.join(""), shown.map((id) => `${id};`).join(""));
    } finally {
      await continuer.dispose();
    }
  });
}
