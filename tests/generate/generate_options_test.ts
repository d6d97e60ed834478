import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { fromGenerationConfig } from "../../lib/generate/generation_config.ts";
import { checkGenerateOptions, type GenerateOptions } from "../../lib/generate/generate_options.ts";
import { generateSettings } from "../../lib/generate/generate_settings.ts";
import { tokenizerOf } from "./tokenizers.ts";

const tokenizer = await tokenizerOf("byteLevel");
const endId = tokenizer.tokenId("<|end|>")!;
const settings = (given: GenerateOptions, defaults: GenerateOptions = {}) =>
  generateSettings("generate", given, defaults, tokenizer);

/** The lines of the error that options give; none where they are right. */
function wrongOf(options: unknown): string {
  try {
    checkGenerateOptions("generate", options as GenerateOptions);
    return "";
  } catch (error) {
    assert.ok(error instanceof TunebookError && error.kind === "input");
    return error.message;
  }
}

Deno.test("options: all that make sense are taken", () => {
  const right: GenerateOptions[] = [
    {},
    { temperature: 0.7, topK: 40, topP: 0.9, minP: 0.05, typicalP: 0.9, seed: -3, answers: 4 },
    { beams: 4, answers: 4, lengthPenalty: -0.5, earlyStopping: "never" },
    { temperature: 0, maxNewTokens: 5, minNewTokens: 5, stop: ["\n"], stopTokens: ["<|end|>", 3] },
    { repetitionPenalty: 1.1, frequencyPenalty: -0.5, presencePenalty: 2, noRepeatNgramSize: 3 },
    { logitBias: { a: -Infinity, "5": 2 }, badWords: ["bad"], forcedFirstToken: "a" },
    { forcedLastToken: [1, "<|end|>"], maxTime: 1.5, logprobs: 0, schema: {} },
    { grammar: 'root ::= "a"', signal: new AbortController().signal },
  ];
  for (const options of right) assert.equal(wrongOf(options), "");
});

Deno.test("options: wrong values and unknown names are told all at once", () => {
  const wrong = {
    maxNewTokens: 0,
    minNewTokens: -1,
    temperature: -1,
    topK: 0.5,
    topP: 1.5,
    minP: 0,
    typicalP: "x",
    repetitionPenalty: 0,
    stop: [""],
    answers: 0,
    earlyStopping: "sometimes",
  };
  const told = wrongOf(wrong);
  for (const name of Object.keys(wrong)) assert.match(told, new RegExp(`- ${name} is`));
  assert.match(wrongOf({ topp: 0.5 }), /no option topp.*topP/);
  assert.match(wrongOf({ logitBias: { a: Infinity } }), /logitBias is/);
  assert.match(wrongOf({ logitBias: [1] }), /logitBias is/);
  assert.match(wrongOf(null), /takes its options as one object/);
});

Deno.test("options: the names of transformers are known", () => {
  assert.match(wrongOf({ max_new_tokens: 5 }), /max_new_tokens is maxNewTokens here/);
  assert.match(wrongOf({ num_beams: 5 }), /num_beams is beams here/);
  assert.match(wrongOf({ do_sample: true }), /temperature/);
  assert.match(wrongOf({ num_return_sequences: 2 }), /answers here/);
});

Deno.test("options: contradictions are told with both names", () => {
  const wrong: readonly [GenerateOptions, RegExp][] = [
    [{ topP: 0.9 }, /topP chooses what is drawn from, but without a temperature/],
    [{ temperature: 0, topK: 5 }, /topK chooses/],
    [{ beams: 2, temperature: 0.5 }, /temperature draws tokens, but beams/],
    [{ beams: 2, minP: 0.5 }, /minP draws tokens, but beams/],
    [{ answers: 2 }, /answers is 2, but without temperature or beams/],
    [{ beams: 2, answers: 3 }, /answers is 3, more than the 2 beams/],
    [{ lengthPenalty: 2 }, /lengthPenalty acts on beams/],
    [{ beams: 1, earlyStopping: true }, /earlyStopping acts on beams/],
    [{ minNewTokens: 300 }, /minNewTokens is 300, more than maxNewTokens, which is 256/],
    [{ schema: {}, grammar: 'root ::= "a"' }, /schema and grammar both/],
  ];
  for (const [options, expected] of wrong) assert.match(wrongOf(options), expected);
});

Deno.test("settings: tokens are found by their text, their vocabulary's text or their id", () => {
  const found = settings({
    logitBias: { "<|end|>": 1, "7": 2, " ": 3 },
    stopTokens: ["<|end|>", endId, 5],
    forcedFirstToken: "Ġ",
    forcedLastToken: "<|end|>",
    badWords: ["ab", [3, 4]],
  });
  const space = tokenizer.tokenId("Ġ")!;
  const [a, b] = ["a", "b"].map((text) => tokenizer.tokenId(text)!);
  assert.deepEqual([...found.logitBias], [[7, 2], [endId, 1], [space, 3]]);
  assert.deepEqual(found.stopTokens, [endId, 5]);
  assert.equal(found.forcedFirstToken, space);
  assert.deepEqual(found.forcedLastTokens, [endId]);
  assert.deepEqual(found.badWords, [[a, b], [space, a, b], [3, 4]]);
});

Deno.test("settings: tokens that the vocabulary lacks are told all at once", () => {
  assert.throws(
    () => settings({ stopTokens: ["end", 9999], forcedFirstToken: "xyz" }),
    (error: Error) => {
      assert.match(error.message, /stopTokens: "end" is no token, but 3 of them.*"<\|end\|>"/);
      assert.match(error.message, /stopTokens: 9999; ids end at/);
      assert.match(error.message, /forcedFirstToken: "xyz" is no token/);
      return true;
    },
  );
});

Deno.test("settings: defaults of a model act unless a person's options contradict them", () => {
  const sampling = { temperature: 0.6, topK: 20, topP: 0.95 };
  const { temperature, topK, maxNewTokens } = settings({}, sampling);
  assert.deepEqual([temperature, topK, maxNewTokens], [0.6, 20, 256]);
  assert.equal(settings({ temperature: 1.5 }, sampling).topK, 20);
  assert.equal(settings({ temperature: 0 }, sampling).topK, undefined);
  assert.equal(settings({ topP: 0.5 }, sampling).temperature, 0.6);
  assert.equal(settings({ beams: 3 }, sampling).temperature, 0);
  assert.equal(settings({ temperature: undefined }, sampling).temperature, 0.6);
  const searching = { beams: 4, lengthPenalty: 2, earlyStopping: true };
  assert.equal(settings({}, searching).beams, 4);
  assert.equal(settings({ temperature: 1 }, searching).beams, 1);
  assert.equal(settings({ beams: 1 }, searching).lengthPenalty, 1);
  assert.equal(settings({ maxNewTokens: 3 }, { minNewTokens: 10 }).minNewTokens, 0);
  assert.throws(() => settings({ answers: 2 }, {}), /all of them would be the same/);
});

Deno.test("generation_config.json: one that draws, one that searches, one that does neither", () => {
  const llama = fromGenerationConfig({
    _from_model_config: true,
    bos_token_id: 128000,
    do_sample: true,
    eos_token_id: [128001, 128008, 128009],
    temperature: 0.6,
    top_p: 0.9,
    transformers_version: "4.45.0",
  });
  assert.deepEqual(llama, {
    options: { temperature: 0.6, topP: 0.9, stopTokens: [128001, 128008, 128009] },
    ignored: [],
    firstToken: 128000,
  });
  const marian = fromGenerationConfig({
    bad_words_ids: [[58100]],
    decoder_start_token_id: 58100,
    eos_token_id: 0,
    forced_eos_token_id: 0,
    max_length: 512,
    num_beams: 4,
    length_penalty: 1.0,
    early_stopping: true,
    pad_token_id: 58100,
  });
  assert.deepEqual(marian, {
    options: {
      forcedLastToken: 0,
      badWords: [[58100]],
      beams: 4,
      earlyStopping: true,
      stopTokens: [0],
    },
    ignored: [],
    decoderStartToken: 58100,
    padToken: 58100,
  });
  const gpt2 = fromGenerationConfig({
    eos_token_id: 50256,
    temperature: 0.7,
    top_k: 50,
    num_beams: 1,
    no_repeat_ngram_size: 0,
  });
  assert.deepEqual(gpt2, { options: { stopTokens: [50256] }, ignored: [] });
  const others = {
    do_sample: true,
    top_k: 0,
    suppress_tokens: [3],
    eta_cutoff: 0.1,
    min_length: 0,
  };
  assert.deepEqual(fromGenerationConfig(others), {
    options: { temperature: 1, logitBias: { 3: -Infinity } },
    ignored: ["eta_cutoff"],
  });
});

Deno.test("generation_config.json: what makes no sense is told with the file's name", () => {
  assert.throws(
    () =>
      fromGenerationConfig({ do_sample: true, temperature: -1 }, "folder/generation_config.json"),
    /folder\/generation_config.json: temperature is -1/,
  );
  assert.throws(() => fromGenerationConfig([]), /must hold an object/);
  assert.throws(() => fromGenerationConfig({ pad_token_id: "x" }), /pad_token_id is "x"/);
});
