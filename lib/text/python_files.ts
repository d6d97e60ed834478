/**
 * tokenizer.json and tokenizer_config.json that mean in Python what training did.
 *
 * @module
 */
import { aroundText } from "./around_text.ts";
import { contentOf, namedTokens, tokenizerClass } from "./python_settings.ts";
import type { TokenizerJson } from "./read_tokenizer_files.ts";
import { readTemplate, type Slot, type Template, templateWithout } from "./template.ts";
import type { Tokenizer } from "./tokenizer.ts";

type Json = Readonly<Record<string, unknown>>;

/** What training did with texts. */
export interface TokenizerUse {
  readonly modelType: string;
  /** Whether the model's batch has segments. */
  readonly usesTypes: boolean;
  /** The id that filled short rows. */
  readonly padId: number;
  /** Longer texts were cut on the right. */
  readonly maxTokens: number;
  /** Whether transformers.js opens the folder, which gives segments for BERT's class only. */
  readonly forBrowsers?: boolean;
  /** Ids that close no text, {@link Tokenizer.withoutClosing}. */
  readonly withoutClosing: readonly number[];
  /** Whether the model writes texts: its prompts are padded on the left. */
  readonly writes?: boolean;
}

/** The content of both files. */
export interface PythonFiles {
  readonly tokenizer: Json;
  readonly settings: Json;
}

/** Fields that are written anew, or that would contradict what tokenizer.json says. */
const replaced = new Set([
  ...namedTokens,
  "added_tokens_decoder",
  "add_bos_token",
  "add_eos_token",
  "add_prefix_space",
  "auto_map",
  "backend",
  "do_lower_case",
  "do_basic_tokenize",
  "legacy",
  "max_length",
  "model_input_names",
  "model_max_length",
  "never_split",
  "pad_to_multiple_of",
  "pad_token_type_id",
  "padding_side",
  "processor_class",
  "split_special_tokens",
  "stride",
  "strip_accents",
  "tokenize_chinese_chars",
  "tokenizer_class",
  "tokenizer_file",
  "name_or_path",
  "special_tokens_map_file",
  "truncation_side",
  "truncation_strategy",
  "use_fast",
]);

/**
 * What to write for a tokenizer and its files. The class is BERT's own only where that makes of its
 * flags exactly what tokenizer.json says; otherwise it is `PreTrainedTokenizerFast`, which reads
 * tokenizer.json alone.
 */
export function pythonFiles(
  { json, settings }: TokenizerJson,
  tokenizer: Tokenizer,
  use: TokenizerUse,
): PythonFiles {
  const written = writtenJson(json, tokenizer, use);
  const kept = Object.entries(settings).filter(([name]) => !replaced.has(name));
  const names = specialTokens(settings, tokenizer, use);
  const inputs = use.usesTypes
    ? ["input_ids", "token_type_ids", "attention_mask"]
    : ["input_ids", "attention_mask"];
  return {
    tokenizer: written,
    settings: {
      ...classSettings(written, names, settings, use),
      ...Object.fromEntries(kept),
      ...names,
      clean_up_tokenization_spaces: settings.clean_up_tokenization_spaces === true,
      model_input_names: inputs,
      model_max_length: use.maxTokens,
      padding_side: use.writes ? "left" : "right",
      ...(use.writes && use.forBrowsers ? browserFlags(tokenizer) : {}),
      truncation_side: "right",
    },
  };
}

/** The special tokens by name; those that the vocabulary lacks would get ids beyond the model's table. */
function specialTokens(
  settings: Json,
  tokenizer: Tokenizer,
  { padId }: TokenizerUse,
): Record<string, string> {
  const known = namedTokens.flatMap((name) => {
    const content = contentOf(settings[name]) ?? tokenizer.texts[name];
    return content !== undefined && tokenizer.tokenId(content) !== undefined
      ? [[name, content]]
      : [];
  });
  const pad = tokenizer.tokenText(padId) || tokenizer.tokenText(tokenizer.padId);
  return { ...Object.fromEntries(known), pad_token: pad };
}

/** An added token with all flags; Python opens no file that lacks one. */
function whole(token: Json): Json {
  const { special = false } = token;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: !special, special };
  const missing = Object.entries(flags).filter(([flag]) => token[flag] === undefined);
  return { ...token, ...Object.fromEntries(missing) };
}

function writtenJson(
  json: Json,
  tokenizer: Tokenizer,
  { padId, maxTokens, withoutClosing, writes }: TokenizerUse,
): Json {
  const { truncation, padding } = json as Record<string, Json | null | undefined>;
  const pad = tokenizer.tokenText(padId) || tokenizer.tokenText(tokenizer.padId);
  return {
    ...json,
    ...(Array.isArray(json.added_tokens) ? { added_tokens: json.added_tokens.map(whole) } : {}),
    // Who opens this file alone gets what training did, too.
    truncation: truncation
      ? { direction: "Right", max_length: maxTokens, strategy: "LongestFirst", stride: 0 }
      : null,
    padding: padding
      ? {
        ...padding,
        direction: writes ? "Left" : "Right",
        pad_to_multiple_of: null,
        pad_id: tokenizer.tokenId(pad),
        pad_type_id: 0,
        pad_token: pad,
        strategy: "BatchLongest",
      }
      : null,
    ...(withoutClosing.length > 0
      ? { post_processor: open(json.post_processor, tokenizer, withoutClosing) }
      : {}),
  };
}

/** transformers.js puts special tokens around a prompt only where it is told so. */
function browserFlags(tokenizer: Tokenizer): Json {
  return { add_bos_token: aroundText(tokenizer).before.length > 0 };
}

/** The post-processor without closing tokens; the same one where there are none. */
function open(json: unknown, tokenizer: Tokenizer, closing: readonly number[]): unknown {
  const whole = readTemplate(json);
  const template = closing.reduceRight(templateWithout, whole);
  const isSame = whole.single.length === template.single.length &&
    whole.pair.length === template.pair.length;
  if (isSame) return json;
  const made = templateJson(template, tokenizer);
  const steps = (json as Json).type === "Sequence"
    ? (json as { processors: Json[] }).processors
    : [];
  const before = steps.filter(({ type }) => type === "ByteLevel");
  return before.length > 0 ? { type: "Sequence", processors: [...before, made] } : made;
}

function templateJson({ single, pair }: Template, tokenizer: Tokenizer): Json {
  const pieces = (slots: readonly Slot[]) =>
    slots.map(({ id, part, type }) =>
      id === undefined
        ? { Sequence: { id: "AB"[part], type_id: type } }
        : { SpecialToken: { id: tokenizer.tokenText(id), type_id: type } }
    );
  const ids = new Set([...single, ...pair].flatMap(({ id }) => id === undefined ? [] : [id]));
  const tokens = [...ids].map((id) => {
    const text = tokenizer.tokenText(id);
    return [text, { id: text, ids: [id], tokens: [text] }];
  });
  return {
    type: "TemplateProcessing",
    single: pieces(single),
    pair: pieces(pair),
    special_tokens: Object.fromEntries(tokens),
  };
}

/** The class of the tokenizer and the flags that its class reads. */
function classSettings(
  json: Json,
  names: Record<string, string>,
  settings: Json,
  use: TokenizerUse,
) {
  const name = tokenizerClass(settings, use);
  const isBert = (name === "BertTokenizer" || name === "DistilBertTokenizer") &&
    isBertTokenizer(json, names);
  if (!isBert && !(use.forBrowsers && use.usesTypes)) {
    return { tokenizer_class: "PreTrainedTokenizerFast" };
  }
  const { normalizer } = json as Record<string, Json | null | undefined>;
  const flags = normalizer?.type !== "BertNormalizer" ? {} : {
    do_lower_case: normalizer.lowercase,
    strip_accents: normalizer.strip_accents ?? null,
    tokenize_chinese_chars: normalizer.handle_chinese_chars,
  };
  return { tokenizer_class: isBert ? name : "BertTokenizer", ...flags };
}

/** Whether BERT's class makes of its flags what the file says. */
function isBertTokenizer(
  json: Json,
  { cls_token: cls, sep_token: sep, unk_token: unknown }: Record<string, string>,
): boolean {
  const { normalizer, pre_tokenizer: before, model, decoder } = json as Record<string, Json | null>;
  const isPlain = normalizer?.type === "BertNormalizer" && normalizer.clean_text === true &&
    before?.type === "BertPreTokenizer" && model?.type === "WordPiece" &&
    model.continuing_subword_prefix === "##" && (model.max_input_chars_per_word ?? 100) === 100 &&
    model.unk_token === unknown && decoder?.type === "WordPiece";
  return isPlain && cls !== undefined && sep !== undefined && isBertTemplate(json, cls, sep);
}

function isBertTemplate(json: Json, cls: string, sep: string): boolean {
  const vocab = (json.model as { vocab: Record<string, number> }).vocab;
  const slot = (id: number, type: number) => `${id}.${type}`;
  const written = (slots: readonly Slot[]) =>
    slots.map(({ id, part, type }) => id === undefined ? `t${part}.${type}` : slot(id, type))
      .join(" ");
  const { single, pair } = readTemplate(json.post_processor);
  const one = [slot(vocab[cls], 0), "t0.0", slot(vocab[sep], 0)];
  return written(single) === one.join(" ") &&
    written(pair) === [...one, "t1.1", slot(vocab[sep], 1)].join(" ");
}
