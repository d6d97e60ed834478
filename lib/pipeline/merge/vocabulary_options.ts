/**
 * Which tokens a merged model reads, and how that is checked.
 *
 * @module
 */
import { zeroRow } from "../../combine/merge/united_vocabulary.ts";
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { record, required, type Rules, text, texts } from "../../core/option_rules.ts";

/** The tokens of a merged model, and whose rows they get. */
export interface VocabularyOptions<Name extends string = string> {
  /** `union`: the tokens of all, behind those of the base or else of the first model; or those of one model. */
  readonly of: "union" | "base" | Name;
  /**
   * By the token, the model whose row it gets in models that lack it, or `zeros`. Unless given it is the row of
   * the only model that has the token, the base's, or the mean of all that have it.
   */
  readonly from?: Readonly<Record<string, Name | "base" | "zeros">>;
  /** Tokens of `from` that get such a row in all models, those that have the token too. */
  readonly force?: readonly string[];
}

const rules: Rules<VocabularyOptions> = { of: required(text), from: record, force: texts };

/** The name of the base among models. */
export const baseName = "base";

/** What is wrong with a vocabulary; empty where nothing is. */
export function vocabularyMistakes(
  options: VocabularyOptions,
  names: readonly string[],
  base: string | undefined,
): Mistake[] {
  const known = [...names, ...(base === undefined ? [] : [baseName])];
  const wrong: Mistake[] = optionMistakes(options, rules)
    .map((mistake) => ({ ...mistake, part: "vocabulary" }));
  const check = (option: string, name: unknown, more: string) => {
    if (typeof name !== "string" || name === more || known.includes(name)) return;
    wrong.push(optionMistake(`vocabulary.${option}`, `is of no model${didYouMean(name, known)}`));
  };
  check("of", options.of, "union");
  if (isRecord(options.from)) {
    for (const [token, name] of Object.entries(options.from)) {
      check(`from[${JSON.stringify(token)}]`, name, zeroRow);
    }
  }
  return wrong;
}
