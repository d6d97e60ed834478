/**
 * The languages of messages that data sets have, and the option that chooses among them.
 *
 * @module
 */
import { didYouMean } from "../lib/core/nearest.ts";
import type { Rule } from "../lib/core/option_rules.ts";
import { shownValue } from "../lib/core/shown_value.ts";
import type { DataSetOptions, DataSetReader } from "./data_set.ts";

/** The languages that TypeScript and Visual Studio Code speak beside English, as the former names them. */
export const messageLanguages = [
  "cs",
  "de",
  "es",
  "fr",
  "it",
  "ja",
  "ko",
  "pl",
  "pt-br",
  "ru",
  "tr",
  "zh-cn",
  "zh-tw",
] as const;

/** Which translations of messages are wanted. */
export interface MessageOptions extends DataSetOptions {
  /** The languages of `target`, a list or a text with commas: `["fr", "de"]`, `"fr,de"`; all unless given. */
  languages?: readonly string[] | string;
}

/** Some of the languages, as a list or as a text with commas. */
const languageRule: Rule = [
  `some of ${messageLanguages.join(", ")}, each once`,
  (value) => {
    if (typeof value !== "string" && !Array.isArray(value)) return false;
    const names = languageList(value);
    return names.length > 0 && new Set(names).size === names.length && names.every(isLanguage);
  },
  (value) => {
    if (typeof value !== "string" && !Array.isArray(value)) return "";
    const wrong = languageList(value).find((name) => !isLanguage(name));
    return typeof wrong === "string" ? didYouMean(wrong, messageLanguages) : "";
  },
];

/** The names in the option, a list or a text with commas. */
export function languageList(languages: readonly unknown[] | string): readonly string[] {
  const list = typeof languages === "string" ? languages.split(",") : languages;
  return list.map((name) => typeof name === "string" ? name.trim() : shownValue(name));
}

/** What data sets of messages have in common: all translations of a message are in one split. */
export const messageReading: Omit<DataSetReader<MessageOptions>, "read"> = {
  together: ["key", "source"],
  rules: { languages: languageRule },
  isWhole: ({ languages }) => languages === undefined,
};

function isLanguage(name: unknown): boolean {
  return (messageLanguages as readonly unknown[]).includes(name);
}
