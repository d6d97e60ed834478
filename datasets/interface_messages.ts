/**
 * Messages of the interface of Visual Studio Code in English and, by professional translators, in 13
 * languages.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TunebookError } from "../lib/core/errors.ts";
import { fetchPackage } from "../lib/core/fetch_package.ts";
import { parseJson } from "../lib/core/parse_json.ts";
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

/** Which translations are wanted. */
export type InterfaceMessagesOptions = MessageOptions;

/** Packages whose names are not the languages'. */
const packNames: Readonly<Record<string, string>> = { "zh-cn": "zh-hans", "zh-tw": "zh-hant" };
const version = "25.1.2";
const packOf = (language: string) =>
  `@codingame/monaco-vscode-language-pack-${packNames[language] ?? language}`;

/** The pseudo-language: English with other letters, of which each stands for one. */
const english = "qps-ploc";
const disguised = "æÆßþçÇðÐëËïÏ£ñÑøØ§µÜÿÝ";
const plain = "aABbcCdDeEiILnNoOSuUyY";

/** `File` in menus, `&&File`, where a key opens it. */
const mnemonic = "&&";

/**
 * 213,476 pairs, some 16,400 messages in 13 languages, with the columns `source` (English), `target`,
 * `language` (of the target, such as `"fr"` or `"zh-cn"`) and `key` (where the message stands). `{0}` and
 * `{1}` stand for what the program puts in. Messages that a language leaves in English are left out, and
 * those with a letter that opens a menu.
 *
 * The packages are not installed with tunebook, one for each language and one with the English texts;
 * without them the error says how to get them. The option `split` keeps all translations of a message
 * together, and those of equal messages; which are held out depends on the languages, which differ in
 * what they leave in English.
 *
 * @example
 * ```ts
 * import { interfaceMessages } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(interfaceMessages.card.columns, { source: "source", target: "target" });
 * ```
 */
export const interfaceMessages: DataSet<InterfaceMessagesOptions, "translation"> = dataSet(
  "interfaceMessages",
  {
    title: "Visual Studio Code interface messages",
    description: "a message of an editor in English and in another language",
    package: { name: packOf(english), version },
    source: "https://github.com/CodinGame/monaco-vscode-api",
    licence: "MIT (the texts and the packages)",
    citation: "Microsoft, Visual Studio Code localization, as packed by CodinGame, " +
      "monaco-vscode-language-pack 25.1.2, 2025",
    task: "translation",
    columns: { source: "source", target: "target" },
    rows: 213_476,
  },
  {
    ...messageReading,
    read: async (folder, { languages = messageLanguages }) => {
      const sources = await messagesOf(folder);
      const rows: DataRow[] = [];
      for (const language of languageList(languages)) {
        const targets = await messagesOf(await fetchPackage(packOf(language), version));
        for (const [key, text] of sources) {
          const source = revealed(text);
          const target = targets.get(key);
          if (target === undefined || target === source || source.includes(mnemonic)) continue;
          rows.push({ source, target, language, key });
        }
      }
      return rows;
    },
  },
);

/** English out of the pseudo-language. */
function revealed(text: string): string {
  return Array.from(text, (letter) => {
    const at = disguised.indexOf(letter);
    return at < 0 ? letter : plain[at];
  }).join("");
}

/** Key → text of one language: the editor's by their numbers, those of extensions by their keys. */
async function messagesOf(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const add = (key: string, text: unknown) => {
    if (typeof text === "string" && text.trim() !== "") {
      found.set(key, text.replaceAll("\r\n", "\n"));
    }
  };
  listIn(await readPackageText(folder, main), join(folder, main))
    .forEach((text, at) => add(`main/${at}`, text));
  for (const file of (await readdir(join(folder, extensions))).sort()) {
    if (!file.endsWith(suffix)) continue;
    const { contents } = await readPackageJson(folder, `${extensions}/${file}`) as {
      contents: Record<string, Record<string, unknown>>;
    };
    for (const [part, texts] of Object.entries(contents)) {
      for (const [key, text] of Object.entries(texts)) {
        add(`${file.slice(0, -suffix.length)}/${part}/${key}`, text);
      }
    }
  }
  return found;
}

const main = "translations/main.i18n.json.js";
const extensions = "translations/extensions";
const suffix = ".i18n.json";

/** The list in `var content = […];`, in which numbers without a message are `undefined`. */
function listIn(script: string, where: string): unknown[] {
  const [, list] = /^var content = (\[[^]*?\n\]);/m.exec(script) ?? [];
  if (list === undefined) {
    throw new TunebookError("data", `${where} has no list of messages; install the package again`);
  }
  return parseJson(list.replaceAll(/^\tundefined(,?)$/gm, "null$1")) as unknown[];
}
