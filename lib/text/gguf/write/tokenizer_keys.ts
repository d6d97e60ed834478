/**
 * A tokenizer as the keys of a GGUF file.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import type { ValueToWrite } from "../../../core/gguf/write_values.ts";
import { aroundText } from "../../around_text.ts";
import type { Tokenizer } from "../../tokenizer.ts";
import { bytePairKeys } from "./byte_pair_keys.ts";
import { sentencePieceKeys } from "./sentence_piece_keys.ts";
import { readWrittenVocabulary, refuse } from "./written_vocabulary.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a tokenizer's keys are made of. */
export interface TokenizerToWrite {
  /** tokenizer.json as it was read. */
  readonly json: Json;
  readonly tokenizer: Tokenizer;
  /** Rows of the table of words: ids without a token get one that no text gives. */
  readonly vocabSize: number;
  /** The architecture: Gemma's files write tokens of spaces otherwise. */
  readonly architecture: string;
  /** Tokens at which answers end, the most usual first. */
  readonly endIds: readonly number[];
  /** The chat template as Jinja, and others by name; empty for none. */
  readonly templates: Readonly<Record<string, string>>;
}

/**
 * The keys. Throws a `TunebookError` of kind "unsupported" that says which part of a tokenizer a GGUF file
 * has no key for: another kind of vocabulary, an unknown way to cut words, tokens around texts other than
 * the first one.
 */
export function tokenizerKeys(given: TokenizerToWrite): Map<string, ValueToWrite> {
  const { json, tokenizer, vocabSize, architecture } = given;
  const vocabulary = readWrittenVocabulary(json, { vocabSize, unknownId: tokenizer.unknownId });
  const own = vocabulary.isOfBytes
    ? bytePairKeys(json, vocabulary)
    : sentencePieceKeys(json, vocabulary, { isGemma: architecture.startsWith("gemma") });
  return new Map<string, ValueToWrite>(
    [
      ...Object.entries<ValueToWrite>({
        ...own,
        token_type: { type: "int32s", value: vocabulary.kinds },
        ...idKeys(given),
        ...around(tokenizer),
      }).map(([key, value]) => [`tokenizer.ggml.${key}`, value] as const),
      ...templateKeys(given.templates),
    ],
  );
}

/** `eos` ends documents and `eot` turns; a reader stops at both. */
function idKeys({ tokenizer, endIds, vocabSize }: TokenizerToWrite): Record<string, ValueToWrite> {
  const { bosId, eosId = endIds[0], unknownId, chat } = tokenizer;
  // Where the files name none, padding is only what fills a batch here.
  const padId = chat.tokens.pad_token === undefined ? undefined : tokenizer.padId;
  const turn = endIds.find((id) => id !== eosId);
  const ids = { bos: bosId, eos: eosId, eot: turn, unknown: unknownId, padding: padId };
  return Object.fromEntries(
    Object.entries(ids).flatMap(([name, id]) =>
      id === undefined || id >= vocabSize
        ? []
        : [[`${name}_token_id`, { type: "uint32", value: id } as const]]
    ),
  );
}

/** Whether texts begin with the first token; nothing ends them, because they go on. */
function around(tokenizer: Tokenizer): Record<string, ValueToWrite> {
  const { before } = aroundText(tokenizer);
  const isFirst = before.length === 1 && before[0] === tokenizer.bosId;
  if (before.length > 0 && !isFirst) {
    const names = before.map((id) => tokenizer.tokenText(id)).join(" ");
    throw refuse(`texts begin with ${names}, where it can put the token bos alone`);
  }
  return {
    add_bos_token: { type: "bool", value: isFirst },
    add_eos_token: { type: "bool", value: false },
  };
}

function templateKeys(
  { default: usual, ...others }: Readonly<Record<string, string>>,
): [string, ValueToWrite][] {
  const names = Object.keys(others);
  const wrong = names.find((name) => !/^\w+$/.test(name));
  if (wrong !== undefined) {
    throw new TunebookError(
      "unsupported",
      `a GGUF file has no key for a chat template named ${JSON.stringify(wrong)}`,
    );
  }
  return [
    ...(usual === undefined
      ? []
      : [["tokenizer.chat_template", { type: "string", value: usual }] as [string, ValueToWrite]]),
    ...(names.length === 0 ? [] : [
      ["tokenizer.chat_templates", { type: "strings", value: names }] as [string, ValueToWrite],
      ...names.map((name): [string, ValueToWrite] => [
        `tokenizer.chat_template.${name}`,
        { type: "string", value: others[name] },
      ]),
    ]),
  ];
}
