/**
 * The field `model` of tokenizer.json, checked: ids, unknown token, merges and what a model may be
 * told.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";
import type { AddedToken } from "./added_tokens.ts";

/** The kinds of models. */
const modelTypes = ["BPE", "Unigram", "WordPiece", "WordLevel"] as const;

/** A model that has been checked. */
export interface ModelJson {
  readonly type: typeof modelTypes[number];
  /** The field itself. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The id of each token, without the added ones. */
  readonly ids: ReadonlyMap<string, number>;
  /** The token for what the vocabulary lacks. */
  readonly unknown?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Ids are 32 bits wide in Python's tokenizers. */
const mostIds = 2 ** 32;

/**
 * Reads the model; what is wrong with it is added to `wrong`. Undefined where nothing can be read.
 */
export function readModelJson(model: unknown, wrong: string[]): ModelJson | undefined {
  if (typeof model !== "object" || model === null) {
    wrong.push(`"model" is ${shownValue(model)}; it must be an object`);
    return undefined;
  }
  const json = model as Json;
  const type = typeOf(json);
  if (!type) {
    wrong.push(
      `the model ${shownValue(json.type)} is not known; there are ${modelTypes.join(", ")}`,
    );
    return undefined;
  }
  const ids = type === "Unigram" ? unigramIds(json, wrong) : namedIds(json, wrong);
  const unknown = unknownOf(type, json, ids, wrong);
  if (type === "BPE") checkBytePairs(json, ids, wrong);
  if (type === "WordPiece" && typeof json.continuing_subword_prefix !== "string") {
    wrong.push(
      `the model WordPiece has the continuing_subword_prefix ` +
        `${shownValue(json.continuing_subword_prefix)}; it must be a text such as "##"`,
    );
  }
  return { type, json, ids, ...(unknown === undefined ? {} : { unknown }) };
}

/** Reads `added_tokens`; what is wrong is added to `wrong`. */
export function readAddedTokens(
  added: unknown,
  ids: ReadonlyMap<string, number>,
  wrong: string[],
): AddedToken[] {
  if (added === undefined || added === null) return [];
  if (!Array.isArray(added)) {
    wrong.push(`"added_tokens" is ${shownValue(added)}; it must be a list`);
    return [];
  }
  const known = new Map<string, number>();
  let next = ids.size;
  return added.flatMap((token: Partial<AddedToken> | null, index): AddedToken[] => {
    const { content, id } = token ?? {};
    if (typeof content !== "string") {
      wrong.push(
        `added token ${index + 1} is ${shownValue(token)}; it must have a text as "content"`,
      );
      return [];
    }
    if (!isId(id)) {
      wrong.push(idMistake(content, id));
      return [];
    }
    // Python's tokenizers take a token's own id, or else the next free one, whatever the file says.
    const own = known.get(content) ?? ids.get(content) ?? next;
    if (own !== id) {
      wrong.push(
        `the added token ${
          shownValue(content)
        } has the id ${id}, but Python's tokenizers give it ${own}`,
      );
    }
    known.set(content, own);
    next = Math.max(next, own + 1);
    const { single_word, lstrip, rstrip, normalized, special } = token!;
    return [{
      id,
      content,
      single_word: single_word === true,
      lstrip: lstrip === true,
      rstrip: rstrip === true,
      special: special === true,
      normalized: normalized ?? special !== true,
    }];
  });
}

/** Files that are older than the field `type` say it by what they have. */
function typeOf(json: Json): ModelJson["type"] | undefined {
  if (json.type !== undefined) return modelTypes.find((type) => type === json.type);
  if (Array.isArray(json.vocab)) return "Unigram";
  if ("merges" in json) return "BPE";
  return "continuing_subword_prefix" in json ? "WordPiece" : "WordLevel";
}

function isId(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) < mostIds;
}

function idMistake(token: string, id: unknown): string {
  return `the token ${shownValue(token)} has the id ${
    shownValue(id)
  }; ids are whole numbers from 0`;
}

function namedIds({ vocab }: Json, wrong: string[]): Map<string, number> {
  const ids = new Map<string, number>();
  if (!isRecord(vocab)) {
    wrong.push(
      `the model's "vocab" is ${shownValue(vocab)}; it must be an object of tokens and ids`,
    );
    return ids;
  }
  const owners: (string | undefined)[] = [];
  for (const token of Object.keys(vocab)) {
    const id = vocab[token];
    if (!isId(id)) wrong.push(idMistake(token, id));
    else {
      ids.set(token, id);
      const other = owners[id];
      if (other !== undefined) {
        wrong.push(
          `the tokens ${shownValue(other)} and ${shownValue(token)} have the same id, ${id}`,
        );
      }
      owners[id] = token;
    }
  }
  return ids;
}

function unigramIds({ vocab }: Json, wrong: string[]): Map<string, number> {
  const ids = new Map<string, number>();
  if (!Array.isArray(vocab)) {
    wrong.push(
      `the model's "vocab" is ${shownValue(vocab)}; it must be a list of tokens with scores`,
    );
    return ids;
  }
  vocab.forEach((entry: unknown, id) => {
    const [token, score] = Array.isArray(entry) ? entry : [];
    if (typeof token === "string" && typeof score === "number") ids.set(token, id);
    else {wrong.push(
        `the vocabulary's entry ${id} is ${shownValue(entry)}; it must be [token, score]`,
      );}
  });
  return ids;
}

function unknownOf(
  type: ModelJson["type"],
  json: Json,
  ids: ReadonlyMap<string, number>,
  wrong: string[],
): string | undefined {
  if (type === "Unigram") {
    const entry = (json.vocab as unknown[] | undefined)?.[json.unk_id as number];
    if (Array.isArray(entry)) return String(entry[0]);
    wrong.push(
      `the model Unigram has the unk_id ${shownValue(json.unk_id)}, which is no token of it`,
    );
    return undefined;
  }
  const token = json.unk_token;
  if (type === "BPE" && (token === null || token === undefined)) return undefined;
  if (typeof token === "string" && ids.has(token)) return token;
  wrong.push(`the model's unk_token is ${shownValue(token)}, which is no token of its vocabulary`);
  return undefined;
}

function checkBytePairs(json: Json, ids: ReadonlyMap<string, number>, wrong: string[]): void {
  if (typeof json.dropout === "number" && json.dropout > 0) {
    wrong.push(
      `the model BPE has a dropout of ${json.dropout}: the same text would get other tokens each time`,
    );
  }
  if (json.continuing_subword_prefix) {
    wrong.push(
      `the model BPE has the continuing_subword_prefix ${
        shownValue(json.continuing_subword_prefix)
      }, ` +
        "which tunebook does not follow exactly",
    );
  }
  if (!Array.isArray(json.merges)) {
    wrong.push(`the model's "merges" is ${shownValue(json.merges)}; it must be a list of pairs`);
    return;
  }
  json.merges.forEach((merge: unknown, index) => {
    const pair: unknown[] = Array.isArray(merge) ? merge : String(merge).split(" ");
    const isKnown = pair.length === 2 && pair.every((part) => ids.has(part as string)) &&
      ids.has(pair.join(""));
    if (!isKnown) {
      wrong.push(`merge ${index + 1} is ${shownValue(merge)}, of tokens that do not exist`);
    }
  });
}
