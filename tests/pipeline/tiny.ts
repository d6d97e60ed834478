/**
 * A whole tiny model with a tokenizer, and small tables that it can learn.
 *
 * @module
 */
import { join } from "node:path";
import { Random } from "../../lib/core/random.ts";
import { configText } from "../../lib/deploy/config_text.ts";
import { type Table, tableFromRows } from "../../lib/table/table.ts";
import { goldenPath } from "../models/golden.ts";

const words = {
  positive: ["good", "great", "lovely", "superb", "fine"],
  negative: ["bad", "awful", "poor", "sad", "broken"],
  neutral: ["the", "film", "food", "was", "and", "very", "place", "it", "price", "service"],
};
const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** The five special tokens in the order of their ids. */
const specials: Readonly<Record<string, readonly string[]>> = {
  bert: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
  roberta: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
};

/**
 * Copies a golden model into `folder` and gives it a tokenizer. Returns its reference. Nobody knows what its
 * head means, so that every run makes a new one, unless `id2label` names what the head gives.
 */
export async function tinyModel(
  folder: string,
  name = "bert",
  id2label?: Readonly<Record<number, string>>,
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const source = goldenPath(`models/${name}`);
  await Deno.copyFile(join(source, "model.safetensors"), join(folder, "model.safetensors"));
  const { id2label: own, label2id: _, ...config } = JSON.parse(
    await Deno.readTextFile(join(source, "config.json")),
  );
  const head = id2label ? { id2label } : own ? { num_labels: Object.keys(own).length } : {};
  await Deno.writeTextFile(join(folder, "config.json"), configText({ ...config, ...head }));
  const family = name.includes("roberta") ? "roberta" : "bert";
  await Deno.writeTextFile(join(folder, "tokenizer.json"), JSON.stringify(tinyTokenizer(family)));
  return `file:${folder}`;
}

/** A WordPiece tokenizer of 77 tokens: whole words, and letters for all others. */
export function tinyTokenizer(family = "bert"): Record<string, unknown> {
  const special = specials[family];
  const plain = [...Object.values(words).flat(), ...letters, ...letters.map((each) => `##${each}`)];
  const vocabulary = [...special, ...plain];
  const isBert = family === "bert";
  const [opening, closing] = isBert ? [special[2], special[3]] : [special[0], special[2]];
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const ids = (content: string) => ({
    id: content,
    ids: [special.indexOf(content)],
    tokens: [content],
  });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token(opening), text("A", 0), token(closing)],
      pair: [token(opening), text("A", 0), token(closing), text("B", 1), token(closing)],
      special_tokens: { [opening]: ids(opening), [closing]: ids(closing) },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: isBert ? "[UNK]" : "<unk>",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((content, id) => [content, id])),
    },
  };
}

/** A review of three to nine words. */
export interface Review {
  readonly text: string;
  readonly mood: "positive" | "negative" | "neutral";
  /** The classes of `text`, separated by "|"; may be empty. */
  readonly topics: string;
  /** Positive minus negative words. */
  readonly score: number;
}

/** Reviews whose labels follow from their words. */
export function reviews(rows: number, seed = 1): Review[] {
  const random = Random.fromSeed(seed, "reviews");
  const pick = (list: readonly string[]) => list[random.integer(list.length)];
  return Array.from({ length: rows }, (_, row) => {
    const mood = (["positive", "negative", "neutral"] as const)[row % 3];
    const telling = mood === "neutral" ? [] : Array.from(
      { length: 1 + random.integer(2) },
      () => pick(words[mood]),
    );
    const filling = Array.from({ length: 2 + random.integer(6) }, () => pick(words.neutral));
    const all = random.shuffle([...telling, ...filling]);
    const topics = ["film", "food", "price"].filter((topic) => all.includes(topic));
    const sign = mood === "positive" ? 1 : -1;
    return { text: all.join(" "), mood, topics: topics.join("|"), score: sign * telling.length };
  });
}

/** The reviews with two moods only. */
export function moods(rows: number, seed = 1): Table {
  const all = reviews(2 * rows, seed).filter(({ mood }) => mood !== "neutral").slice(0, rows);
  return tableFromRows(all.map(({ text, mood }) => ({ text, mood })), "the reviews");
}
