/**
 * Scores that have settings, such as a tokenizer.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes } from "../../core/errors.ts";
import type { Rules } from "../../core/option_rules.ts";
import { version } from "../../core/version.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { Metric } from "../metric.ts";

/** A score with settings, of written texts unless said; itself it has the usual ones. */
export interface TextScore<Options, Predicted extends AnyPredictions = TextPredictions>
  extends Metric<number, Predicted> {
  /**
   * The same score with other settings. Its name says which, `chrf?wordOrder=2`, so that plan files
   * can hold it.
   *
   * @throws {TunebookError} of kind `input` for settings that there are not.
   */
  with(options: Options): Metric<number, Predicted>;
}

/** How a score is made from its settings. */
export interface TextScoreParts<Options, Predicted extends AnyPredictions = TextPredictions> {
  readonly name: string;
  readonly rules: Rules<Options>;
  readonly defaults: Options;
  /** Makes the metric; `name` tells the settings that are not the usual ones. */
  make(name: string, settings: Options): Metric<number, Predicted>;
}

/** Makes a score that has settings. */
export function textScore<
  Options extends object,
  Predicted extends AnyPredictions = TextPredictions,
>(
  { name, rules, defaults, make }: TextScoreParts<Options, Predicted>,
): TextScore<Options, Predicted> {
  return Object.freeze({
    ...make(name, defaults),
    with(options: Options) {
      checkOptions(`${name}.with`, options, rules);
      const settings = { ...defaults };
      const query = new URLSearchParams();
      for (const option of Object.keys(rules) as (keyof Options & string)[]) {
        if (options[option] === undefined || options[option] === defaults[option]) continue;
        settings[option] = options[option];
        query.set(option, String(options[option]));
      }
      return make(query.size > 0 ? `${name}?${query}` : name, settings);
    },
  });
}

/** `wordOrder=2&lowercase=true` → settings: numbers and true or false where they are written as such. */
export function settingsOfQuery(query: string): Record<string, string | number | boolean> {
  const valueOf = (value: string) => {
    if (value === "true" || value === "false") return value === "true";
    return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
  };
  return Object.fromEntries(
    Array.from(new URLSearchParams(query), ([name, value]) => [name, valueOf(value)]),
  );
}

/** Refuses rows without a right text, which nothing can be compared with; tells all of them. */
export function requireReferences(name: string, { references }: TextPredictions): void {
  const wrong = references.flatMap((each, row) =>
    each.length === 0 ? [`row ${row + 1} has no reference`] : []
  );
  if (wrong.length === 0) return;
  throw mistakes("data", `${name} compares texts with references:`, wrong);
}

/**
 * The signature of a score, in sacreBLEU's form. The number of references is `var` where rows have
 * different ones; the version is tunebook's.
 */
export function signatureOf(
  { references }: TextPredictions,
  fields: Readonly<Record<string, string | number | boolean>>,
): string {
  const counts = new Set(references.map(({ length }) => length));
  const entries = Object.entries({
    nrefs: counts.size === 1 ? [...counts][0] : "var",
    ...fields,
    version: `tunebook-${version}`,
  });
  const told = (value: string | number | boolean) =>
    typeof value === "boolean" ? (value ? "yes" : "no") : value;
  return entries.map(([name, value]) => `${name}:${told(value)}`).join("|");
}
