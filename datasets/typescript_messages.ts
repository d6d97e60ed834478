/**
 * Messages of the TypeScript compiler in English and, by professional translators, in 13 languages.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import {
  type DataRow,
  type DataSet,
  dataSet,
  readPackageJson,
  readPackageText,
} from "./data_set.ts";
import {
  languageList,
  messageLanguages,
  type MessageOptions,
  messageReading,
} from "./message_languages.ts";

/** Messages that all languages have. */
const messages = 2070;

/** Which translations are wanted. */
export type TypescriptMessagesOptions = MessageOptions;

/** The text of a message in the compiler's source: code, kind, key, English. */
const declared = /diag\(\d+, \d \/\* \w+ \*\/, ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")/g;

/**
 * 26,910 pairs, 2,070 messages in 13 languages, with the columns `source` (English), `target`,
 * `language` (of the target, such as `"fr"` or `"zh-cn"`) and `key` (the compiler's name of the
 * message). `{0}` and `{1}` stand for what the compiler puts in; a translation keeps them.
 *
 * The option `split` keeps all translations of a message together, and those of equal messages.
 *
 * @example
 * ```ts
 * import { typescriptMessages } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await typescriptMessages({ languages: ["fr"], rows: 20 });
 * assert.deepEqual(table.columnNames(), ["source", "target", "language", "key"]);
 * ```
 */
export const typescriptMessages: DataSet<TypescriptMessagesOptions, "translation"> = dataSet(
  "typescriptMessages",
  {
    title: "TypeScript compiler messages",
    description: "a message of the compiler in English and in another language",
    package: { name: "typescript", version: "5.9.3" },
    source: "https://github.com/microsoft/TypeScript",
    licence: "Apache-2.0",
    citation: "Microsoft, TypeScript 5.9, localized diagnostic messages, 2025",
    task: "translation",
    columns: { source: "source", target: "target" },
    rows: messages * messageLanguages.length,
  },
  {
    ...messageReading,
    read: async (folder, { languages = messageLanguages }) => {
      const english = englishMessages(await readPackageText(folder, "lib/typescript.js"));
      const rows: DataRow[] = [];
      for (const language of languageList(languages)) {
        const path = `lib/${language}/diagnosticMessages.generated.json`;
        const translated = await readPackageJson(folder, path) as Record<string, string>;
        const keys = Object.keys(translated).filter((key) => english.has(key));
        if (keys.length !== messages) {
          throw new TunebookError(
            "data",
            `${path} of the package typescript has ${keys.length} messages instead of ` +
              `${messages}; install it again`,
          );
        }
        for (const key of keys) {
          rows.push({ source: english.get(key), target: translated[key], language, key });
        }
      }
      return rows;
    },
  },
);

/** Key → English, out of the compiler's source. */
function englishMessages(source: string): Map<string, string> {
  return new Map(
    Array.from(source.matchAll(declared), ([, key, text]) => [JSON.parse(key), JSON.parse(text)]),
  );
}
