/**
 * How a tokenizer marks the language of a text: by a token of its own among the special ones, such as
 * mBART's `en_XX`, or by one before the source that names the target, such as OPUS-MT's `>>fra<<`.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** The languages of a task. */
export interface Languages {
  readonly sourceLanguage?: string | undefined;
  readonly targetLanguage?: string | undefined;
}

/** What turns the texts of one side into ids. */
export interface SideEncoder {
  /** The ids with special tokens, at most `maxTokens`. */
  encode(
    text: string,
    maxTokens: number,
  ): { readonly ids: Int32Array; readonly truncated: boolean };
}

/** Both sides, and what is to be written first. */
export interface EncodedSides {
  readonly source: SideEncoder;
  readonly target: SideEncoder;
  /** What every source begins with as a text, `>>deu<< `, where the target's language stands there. */
  readonly sourceMark?: string;
  /** The language's token that a target begins with where it is generated, `forced_bos_token_id`. */
  readonly forcedFirstId?: number;
}

/** `en_XX` of mBART, `eng_Latn` of NLLB. */
const languageCode = /^[a-z]{2,3}_[A-Z][A-Za-z]+$/;

/** Languages that an error lists. */
const mostShown = 12;

/** `de` of a vocabulary's `>>de<<`. */
function knownMarks(tokenizer: Tokenizer): string[] {
  const found: string[] = [];
  for (let id = 0, text = tokenizer.tokenText(0); text !== ""; text = tokenizer.tokenText(++id)) {
    const [, language] = /^>>(.+)<<$/.exec(text) ?? [];
    if (language) found.push(language);
  }
  return found;
}

/** Finds out what the tokenizer needs; languages that it cannot mark are an error of kind "input". */
export function sidesOf(
  task: string,
  tokenizer: Tokenizer,
  { sourceLanguage, targetLanguage }: Languages,
): EncodedSides {
  const around = tokenizer.join([]);
  const special = Array.from(around.ids);
  const at = special.findIndex((id) => languageCode.test(tokenizer.tokenText(id)));
  if (at >= 0) {
    return amongSpecial(task, tokenizer, { sourceLanguage, targetLanguage }, {
      special,
      at,
      before: around.firstStart,
    });
  }
  const plain: SideEncoder = {
    encode: (text, maxTokens) => tokenizer.encode(text, undefined, { maxTokens }),
  };
  if (targetLanguage === undefined && sourceLanguage === undefined) {
    return { source: plain, target: plain };
  }
  const mark = targetLanguage === undefined ? undefined : `>>${targetLanguage}<<`;
  const id = mark === undefined ? undefined : tokenizer.tokenId(mark);
  const known = mark !== undefined && id === undefined ? knownMarks(tokenizer) : [];
  if (known.length > 0) {
    throw new TunebookError(
      "input",
      `${task}: this model's tokenizer marks ${known.slice(0, mostShown).join(", ")}${
        known.length > mostShown ? " and others" : ""
      } as target languages, not ${targetLanguage}; ` +
        "a language of your own takes the place of one of these, or none where targetLanguage is left out",
    );
  }
  if (mark === undefined || id === undefined) {
    throw new TunebookError(
      "input",
      `${task}: this model's tokenizer marks no languages, so that sourceLanguage and targetLanguage have ` +
        'no meaning. Say the direction in words, prefix: "translate English to German: ", or leave it out',
    );
  }
  return {
    source: { encode: (text, maxTokens) => plain.encode(`${mark} ${text}`, maxTokens) },
    target: plain,
    sourceMark: `${mark} `,
  };
}

/** Languages among the special tokens: the same place for source and target, each with its own. */
function amongSpecial(
  task: string,
  tokenizer: Tokenizer,
  { sourceLanguage, targetLanguage }: Languages,
  { special, at, before }: {
    readonly special: readonly number[];
    readonly at: number;
    readonly before: number;
  },
): EncodedSides {
  const example = tokenizer.tokenText(special[at]);
  const sideOf = (option: string, language: string | undefined) => {
    const id = language === undefined ? undefined : tokenizer.tokenId(language);
    if (id === undefined || language === undefined) {
      throw new TunebookError(
        "input",
        language === undefined
          ? `${task}: this model is told the language of each text; ` +
            (task === "translation"
              ? `give ${option}`
              : "take translation, and give it sourceLanguage and targetLanguage") +
            `, a token of its tokenizer such as "${example}"`
          : `${task}: ${option} is ${
            quoted(language)
          }, which is no token of the tokenizer; it has ` +
            `such as "${example}"`,
      );
    }
    const own = special.map((each, place) => place === at ? id : each);
    const side: SideEncoder = {
      encode(text, maxTokens) {
        const { ids, truncated } = tokenizer.encode(text, undefined, { maxTokens });
        const whole = Int32Array.from(ids);
        whole.set(own.slice(0, before));
        whole.set(own.slice(before), whole.length - (own.length - before));
        return { ids: whole, truncated };
      },
    };
    return { id, side };
  };
  const source = sideOf("sourceLanguage", sourceLanguage);
  const target = sideOf("targetLanguage", targetLanguage);
  return {
    source: source.side,
    target: target.side,
    ...(at < before ? { forcedFirstId: target.id } : {}),
  };
}
