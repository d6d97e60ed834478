/**
 * What Python's tokenizers make of odd texts, part by part, and what tunebook makes of them.
 *
 * @module
 */
import { join } from "node:path";
import { readDecoder } from "../../lib/text/decoder.ts";
import { normalizeAll, readNormalizer } from "../../lib/text/normalizer.ts";
import { readPreTokenizer } from "../../lib/text/pre_tokenizer.ts";
import { preTokenizeText } from "../../lib/text/text_ids.ts";
import { withCharsmap } from "./golden_charsmap.ts";
import { load } from "./golden_offsets.ts";

interface Case<Made> {
  readonly json: object;
  /** By text; 0 where the text stays as it is. */
  readonly made: readonly Made[];
}

type Cases<Made> = Readonly<Record<string, Case<Made>>>;

interface Golden {
  readonly made_with: string;
  readonly texts: string[];
  readonly addedTexts: string[];
  readonly tokenLists: string[][];
  readonly words: object;
  readonly normalizers: Cases<string | 0>;
  readonly preTokenizers: Cases<string | 0>;
  readonly models: Cases<number[]>;
  readonly addedTokens: Cases<number[]>;
  readonly postProcessors: Cases<number[]>;
  readonly decoders: Cases<string>;
  readonly refused: Readonly<Record<string, object>>;
}

/** What Python gave. */
export const golden: Golden = JSON.parse(
  await Deno.readTextFile(join(import.meta.dirname!, "..", "golden", "tokenizers.json")),
);

/** One part under one name: how many inputs it was tried on, and those with another result. */
export interface Agreement {
  readonly part: string;
  readonly name: string;
  readonly tried: number;
  readonly different: readonly string[];
}

/** Compares every part. */
export async function agreements(): Promise<Agreement[]> {
  const { texts, addedTexts, tokenLists } = golden;
  return [
    ...compare("normalizer", golden.normalizers, texts, (json) => {
      const steps = readNormalizer(json);
      return (text) => normalizeAll(steps, text);
    }),
    ...compare("pre-tokenizer", golden.preTokenizers, texts, (json) => {
      const steps = readPreTokenizer(json);
      return (text) => preTokenizeText(steps, text).join("\x1e");
    }),
    ...await compareIds("model", golden.models, texts),
    ...await compareIds("added tokens", golden.addedTokens, addedTexts),
    ...await comparePostProcessors(),
    ...compare("decoder", golden.decoders, tokenLists, (json) => readDecoder(json)),
  ];
}

function compare<Input>(
  part: string,
  cases: Cases<string | 0>,
  inputs: readonly Input[],
  build: (json: object) => (input: Input) => string,
): Agreement[] {
  return Object.entries(cases).map(([name, { json, made }]) => {
    const run = build(withCharsmap(json));
    const different = inputs.filter((input, index) =>
      run(input) !== (made[index] === 0 ? input : made[index])
    );
    return agreement(part, name, inputs, different);
  });
}

async function compareIds(
  part: string,
  cases: Cases<number[]>,
  inputs: readonly string[],
): Promise<Agreement[]> {
  return await Promise.all(
    Object.entries(cases).map(async ([name, { json, made }]) => {
      const tokenizer = await load(json);
      const different = inputs.filter((text, index) => {
        const wanted = made[index].join();
        return tokenizer.encode(text).ids.join() !== wanted ||
          tokenizer.tokens(text).ids.join() !== wanted;
      });
      return agreement(part, name, inputs, different);
    }),
  );
}

async function comparePostProcessors(): Promise<Agreement[]> {
  return await Promise.all(
    Object.entries(golden.postProcessors).map(async ([name, { json, made }]) => {
      const tokenizer = await load({
        model: golden.words,
        pre_tokenizer: { type: "WhitespaceSplit" },
        post_processor: json,
      });
      const [one, two] = [tokenizer.encode("a b"), tokenizer.encode("a b", "b")];
      const found = [one.ids, one.types, two.ids, two.types].map((list) => [...list]);
      const inputs = ["ids", "types", "ids of a pair", "types of a pair"];
      const different = inputs.filter((_, index) => found[index].join() !== made[index].join());
      return agreement("post-processor", name, inputs, different);
    }),
  );
}

function agreement(
  part: string,
  name: string,
  inputs: readonly unknown[],
  different: readonly unknown[],
): Agreement {
  return {
    part,
    name,
    tried: inputs.length,
    different: different.map((input) => JSON.stringify(input)),
  };
}
