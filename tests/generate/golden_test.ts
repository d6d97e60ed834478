import assert from "node:assert/strict";
import { openDevice } from "../../lib/engine/mod.ts";
import { createContinuer } from "../../lib/generate/continuer.ts";
import { streamText, writeRequests } from "../../lib/generate/generate.ts";
import type { Generator } from "../../lib/generate/generator.ts";
import { generateSettings } from "../../lib/generate/generate_settings.ts";
import type { GenerateOptions } from "../../lib/generate/generate_options.ts";
import type { Tokenizer } from "../../lib/text/tokenizer.ts";
import { goldenLanguageModel, goldenPath } from "../models/golden.ts";

interface Written {
  readonly prompts: number[][];
  readonly greedy: number[][];
  readonly penalised: number[][];
  readonly beams: number[][];
}

const { models } = JSON.parse(await Deno.readTextFile(goldenPath("generate.json"))) as {
  models: Record<string, Written>;
};

/** The golden models have no tokenizer: a token is a number with a space behind it. */
const tokenizer = {
  vocabSize: 99,
  tokenId: (text: string) => Number(text),
  tokenText: (id: number) => String(id),
  tokens: (text: string) => ({ ids: text.trim().split(" ").map(Number) }),
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => `${id};`).join(""),
} as unknown as Tokenizer;

const none = { parameters: [], trains: () => false };
const settingsOf = (options: GenerateOptions) =>
  generateSettings("generate", { stopTokens: [4], ...options }, {}, tokenizer);

for (const [name, expected] of Object.entries(models)) {
  Deno.test(`${name} writes the tokens that transformers writes`, async () => {
    const model = await goldenLanguageModel(name);
    const device = await openDevice("cpu");
    const continuer = createContinuer({ model, adapter: none }, { device });
    const generator: Generator = { continuer, tokenizer };
    const { prompts, greedy, penalised, beams } = expected;
    const tokensOf = async (prompts: number[][], options: GenerateOptions) => {
      const settings = settingsOf(options);
      const found = await writeRequests(prompts.map((prompt) => ({ generator, prompt, settings })));
      return found.map(([{ tokens }]) => [...tokens]);
    };
    try {
      assert.deepEqual(await tokensOf(prompts, { maxNewTokens: 56 }), greedy);
      const few = prompts.slice(0, 20);
      const options = { repetitionPenalty: 1.3, noRepeatNgramSize: 3, minNewTokens: 6 };
      assert.deepEqual(await tokensOf(few, { ...options, maxNewTokens: 24 }), penalised);
      assert.deepEqual(
        await tokensOf(few, {
          maxNewTokens: 16,
          beams: 4,
          lengthPenalty: 0.7,
          earlyStopping: true,
        }),
        beams,
      );
      const pieces = [];
      const stream = streamText(generator, prompts[0], settingsOf({ maxNewTokens: 56 }));
      for await (const piece of stream) pieces.push(piece);
      const shown = greedy[0].filter((token) => token !== 4);
      assert.equal(pieces.join(""), shown.map((id) => `${id};`).join(""));
      assert.equal(pieces.length, shown.length, "piece by piece");
    } finally {
      await continuer.dispose();
    }
  });
}
