/**
 * Which tokenizer Python makes of the folder.
 *
 * @module
 */
import { asJson, type FolderCheck, type FolderFacts } from "./folder_facts.ts";

type Json = Readonly<Record<string, unknown>>;

/** A class of transformers 5 that makes its tokenizer anew, out of the vocabulary and flags. */
interface RebuiltClass {
  /** `type` of the model in `tokenizer.json`. */
  readonly model: string;
  /** Whether it gives segments, `token_type_ids`. */
  readonly segments: boolean;
  /** A flag in `tokenizer_config.json`, what it is unless given, and what `tokenizer.json` does. */
  flags(facts: FolderFacts): readonly (readonly [flag: string, usual: unknown, done: unknown])[];
}

/** Classes that take `tokenizer.json` as it is. */
const plainClasses = ["PreTrainedTokenizer", "TokenizersBackend"];

const bert = {
  model: "WordPiece",
  flags({ tokenizer }: FolderFacts) {
    const normalizer = (tokenizer.normalizer ?? {}) as Json;
    if (normalizer.type !== "BertNormalizer") {
      return [["do_lower_case", true, `a normalizer ${asJson(normalizer.type)}`]] as const;
    }
    const { lowercase, handle_chinese_chars: chinese, strip_accents: accents } = normalizer;
    return [
      ["do_lower_case", true, lowercase ?? true],
      ["tokenize_chinese_chars", true, chinese ?? true],
      ["strip_accents", null, accents ?? null],
    ] as const;
  },
};

const byteLevel = {
  model: "BPE",
  segments: false,
  flags({ tokenizer }: FolderFacts) {
    const { type, add_prefix_space: added } = (tokenizer.pre_tokenizer ?? {}) as Json;
    return type === "ByteLevel" ? [["add_prefix_space", false, added ?? true]] as const : [];
  },
};

/** By the name without `Fast`. */
const rebuilt: Readonly<Record<string, RebuiltClass>> = {
  BertTokenizer: { ...bert, segments: true },
  DistilBertTokenizer: { ...bert, segments: false },
  RobertaTokenizer: byteLevel,
  GPT2Tokenizer: byteLevel,
  XLMRobertaTokenizer: { model: "Unigram", segments: false, flags: () => [] },
  LlamaTokenizer: { model: "BPE", segments: false, flags: () => [] },
};

/**
 * `tokenizer_class` with its flags says the same as `tokenizer.json`, by which the training cut texts,
 * and gives segments where the model takes them.
 */
export const checkTokenizerClass: FolderCheck = (facts, { trained }) => {
  const { processor, trainable: { model: { family } } } = trained;
  if (processor.input !== "text") return [];
  const { tokenizerConfig, tokenizer } = facts;
  const name = String(tokenizerConfig.tokenizer_class).replace(/Fast$/, "");
  const own = Object.hasOwn(rebuilt, name) ? rebuilt[name] : undefined;
  if (!own && !plainClasses.includes(name)) {
    return [
      `tokenizer_config.json: tokenizer_class is ${asJson(tokenizerConfig.tokenizer_class)}, of ` +
      "which it is not known what Python makes",
    ];
  }
  const wrong: string[] = [];
  if (own) {
    const { type } = (tokenizer.model ?? {}) as Json;
    if (type !== own.model) {
      wrong.push(
        `tokenizer_config.json: tokenizer_class is ${name}, which Python makes of a ${own.model}, ` +
          `but tokenizer.json has a ${type}`,
      );
    }
    for (const [flag, usual, done] of own.flags(facts)) {
      const found = tokenizerConfig[flag] ?? usual;
      if (found === done) continue;
      wrong.push(
        `tokenizer_config.json: ${flag} is ${asJson(tokenizerConfig[flag])}, which ${name} takes ` +
          `for ${asJson(found)}, but tokenizer.json does ${asJson(done)}`,
      );
    }
  }
  const inputs = tokenizerConfig.model_input_names as readonly string[] | undefined;
  const segments = inputs ? inputs.includes("token_type_ids") : own?.segments ?? false;
  if (segments !== (family.usesTypes ?? false)) {
    wrong.push(
      `tokenizer_config.json: with tokenizer_class ${name} and model_input_names ` +
        `${asJson(inputs)} Python ${segments ? "feeds" : "leaves out"} token_type_ids, which the ` +
        `model ${segments ? "does not take" : "was trained with"}`,
    );
  }
  return wrong;
};
