/**
 * Reads what a sentence-transformers folder says beside its transformer: `modules.json` lists what
 * texts pass through, each with a folder of its own.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { parseJson } from "../core/parse_json.ts";
import { readText } from "../core/read_text.ts";
import { shownValue } from "../core/shown_value.ts";
import type { PoolingName, SentenceSource } from "../text/sentence_settings.ts";

/** The file that tells such a folder from others. */
export const MODULES_FILE = "modules.json";

/** How texts reach the transformer, beside its `config.json`. */
export const SENTENCE_CONFIG_FILE = "sentence_bert_config.json";

/** All names of that file; classes of older versions put their own into it. The first one found counts. */
export const SENTENCE_CONFIG_FILES: readonly string[] = [
  SENTENCE_CONFIG_FILE,
  ...["roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]
    .map((type) => `sentence_${type}_config.json`),
];

/** The prompts of the whole model. */
export const SENTENCE_MODEL_FILE = "config_sentence_transformers.json";

const CONFIG_FILE = "config.json";

/** A folder of sentence-transformers. */
export interface SentenceFolder {
  /** Where the transformer's files are, relative to the folder; empty for the folder itself. */
  readonly transformer: string;
  readonly source: SentenceSource;
}

/** Their names for what is read here. */
const poolings: Readonly<Record<string, PoolingName>> = {
  mean: "mean",
  cls: "cls",
  lasttoken: "last",
};

/** Before version 5.5 each way to pool was a field of its own. */
const legacyFields: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "lasttoken",
};

interface Module {
  /** `Transformer`, `Pooling`, `Normalize`, `Dense` … */
  readonly kind: string;
  readonly path: string;
}

/**
 * What the folder says; undefined where it has no `modules.json`. Throws an error of kind "weights" for
 * files that are malformed.
 */
export async function readSentenceFolder(folder: string): Promise<SentenceFolder | undefined> {
  const text = await textOf(join(folder, MODULES_FILE));
  if (text === undefined) return undefined;
  const modules = parseModules(join(folder, MODULES_FILE), text);
  const transformer = modules.find(({ kind }) => kind === "Transformer")?.path ?? "";
  const { limits, file } = await limitsIn(join(folder, transformer));
  const whole = await objectOf(join(folder, SENTENCE_MODEL_FILE));
  const poolingPath = modules.find(({ kind }) => kind === "Pooling")?.path;
  const config = poolingPath === undefined
    ? undefined
    : await objectOf(join(folder, poolingPath, CONFIG_FILE));
  const modes = config ? modesOf(config) : [];
  const normalizing = modules.find(({ kind }) => kind === "Normalize")?.path;
  const vector = normalizing ? await objectOf(join(folder, normalizing, CONFIG_FILE)) : undefined;
  const obstacle = obstacleOf(modules, modes, limits, whole) ?? obstacleIn(vector);
  return {
    transformer,
    source: {
      pooling: poolings[modes[0]] ?? "mean",
      normalize: modules.some(({ kind }) => kind === "Normalize"),
      ...maxTokensOf(limits, file),
      ...(obstacle ? { obstacle } : {}),
    },
  };
}

/** How texts reach the transformer, by the first of the names that the folder has. */
async function limitsIn(folder: string): Promise<{
  readonly limits: Readonly<Record<string, unknown>> | undefined;
  readonly file: string;
}> {
  for (const name of SENTENCE_CONFIG_FILES) {
    const file = join(folder, name);
    const limits = await objectOf(file);
    if (limits) return { limits, file };
  }
  return { limits: undefined, file: join(folder, SENTENCE_CONFIG_FILE) };
}

/**
 * The names of the small files that `modules.json` leads to, relative to its folder, beside one of
 * `SENTENCE_CONFIG_FILES`.
 */
export function sentenceFiles(source: string, modules: string): string[] {
  return [
    SENTENCE_MODEL_FILE,
    ...parseModules(source, modules)
      .filter(({ path }) => path !== "")
      .map(({ path }) => `${path}/${CONFIG_FILE}`),
  ];
}

function parseModules(path: string, text: string): Module[] {
  const json = parsed(path, text);
  const isModule = (each: unknown): each is { type: string; path: string } => {
    const { type, path } = (each ?? {}) as Record<string, unknown>;
    return typeof type === "string" && typeof path === "string" && /^[\w.-]*$/.test(path) &&
      !/^\.+$/.test(path);
  };
  if (!Array.isArray(json) || !json.every(isModule)) {
    throw new TunebookError(
      "weights",
      `${path} is no list of modules of sentence-transformers, each with a type and a folder`,
    );
  }
  // A class of the same name in the folder's own code may do anything.
  const kindOf = (type: string) =>
    type.startsWith("sentence_transformers.") ? type.split(".").at(-1)! : type;
  return json.map(({ type, path }) => ({ kind: kindOf(type), path }));
}

function modesOf(config: Readonly<Record<string, unknown>>): string[] {
  const mode = config.pooling_mode;
  if (typeof mode === "string") return [mode];
  if (Array.isArray(mode)) return mode.map(String);
  const found = Object.keys(legacyFields).filter((name) => config[name] === true);
  return found.length > 0 ? found.map((name) => legacyFields[name]) : ["mean"];
}

/** What keeps tunebook from making the same vectors. */
function obstacleOf(
  modules: readonly Module[],
  modes: readonly string[],
  limits: Readonly<Record<string, unknown>> | undefined,
  whole: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const known = ["Transformer", "Pooling", "Normalize"];
  const others = modules.filter(({ kind }) => !known.includes(kind)).map(({ kind }) => kind);
  if (others.length > 0) return `its texts also pass through ${others.join(", ")}`;
  const order = modules.map(({ kind }) => known.indexOf(kind));
  if (order.some((at, i) => i > 0 && at < order[i - 1])) {
    return `its texts pass through ${modules.map(({ kind }) => kind).join(", ")} in this order`;
  }
  if (modes.length !== 1 || !Object.hasOwn(poolings, modes[0])) {
    return modes.length === 0
      ? "it has no pooling"
      : `it pools by ${modes.join(" and ")}, which is none of ${Object.keys(poolings).join(", ")}`;
  }
  if (limits?.do_lower_case) return "it makes texts lower case before the tokenizer";
  const { model_type: type = "SentenceTransformer", truncate_dim: dimensions } = whole ?? {};
  if (type !== "SentenceTransformer") return `it is a ${shownValue(type)}`;
  if (dimensions !== undefined && dimensions !== null) {
    return `it keeps ${shownValue(dimensions)} numbers of each vector (truncate_dim)`;
  }
  const prompts = whole?.prompts as Readonly<Record<string, unknown>> | undefined;
  const prompt = prompts?.[String(whole?.default_prompt_name)];
  return prompt ? `it puts the prompt ${JSON.stringify(prompt)} before each text` : undefined;
}

/** Vectors that a last step takes from elsewhere, or puts elsewhere. */
function obstacleIn(vector: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const other = ["module_input_name", "module_output_name"].find((field) =>
    (vector?.[field] ?? "sentence_embedding") !== "sentence_embedding"
  );
  return other && `its last step has ${other} ${shownValue(vector![other])}`;
}

/** The most tokens of a text; absent or null where only the model limits them, as 0 does in Python. */
function maxTokensOf(
  limits: Readonly<Record<string, unknown>> | undefined,
  path: string,
): { readonly maxTokens?: number } {
  const limit = limits?.max_seq_length ?? undefined;
  if (limit === undefined || limit === 0) return {};
  if (Number.isSafeInteger(limit) && Number(limit) > 0) return { maxTokens: Number(limit) };
  throw new TunebookError(
    "weights",
    `${path}: max_seq_length is ${shownValue(limit)}, but must be a whole number above 0`,
  );
}

async function objectOf(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  const json = parsed(path, text);
  if (isRecord(json)) return json as Record<string, unknown>;
  throw new TunebookError("weights", `${path} holds no object`);
}

function parsed(path: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new TunebookError("weights", `${path} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
