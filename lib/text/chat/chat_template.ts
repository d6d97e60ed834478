/**
 * Which template a conversation is written with.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { didYouMean } from "../../core/nearest.ts";
import { builtInTemplates, type TokenizerFacts } from "./built_in_templates.ts";

type Json = Readonly<Record<string, unknown>>;

/** A template with the special tokens that it may name. */
export interface ChatTemplate {
  /** Jinja, as `chat_template` of tokenizer_config.json has it. */
  readonly source: string;
  /** `bos_token`, `eos_token` and the others that the tokenizer has. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** What a tokenizer's files say of conversations. */
export interface ChatSource extends TokenizerFacts {
  /** The model's own templates by name; `default` is the usual one. Empty for base models. */
  readonly templates: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
}

/** The field `chat_template` of tokenizer_config.json: a text, or a list of named texts. */
export function readChatTemplates(
  { chat_template: field }: Json,
  where: string,
): Record<string, string> {
  if (field === undefined || field === null) return {};
  if (typeof field === "string") return { default: field };
  const listed = Array.isArray(field)
    ? field.map((each) => isRecord(each) ? [each.name, each.template] : [undefined, undefined])
    : isRecord(field)
    ? Object.entries(field)
    : [[undefined, undefined]];
  if (listed.every(([name, text]) => typeof name === "string" && typeof text === "string")) {
    return Object.fromEntries(listed);
  }
  throw new TunebookError(
    "weights",
    `${where}: chat_template must be a text or a list of { name, template }`,
  );
}

/** Names of templates that come with tunebook. */
const templateNames: readonly string[] = Object.keys(builtInTemplates);

/**
 * The template for a conversation: the one that was `given` as Jinja or by name, or else the model's
 * own, `tool_use` for rows with tools where the model has it, as transformers chooses.
 *
 * Throws a `TunebookError` of kind "input" for a name that nobody knows, and where nothing is given and
 * the model has no template.
 *
 * @example
 * ```ts
 * import { chooseTemplate, renderChat } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const template = chooseTemplate(
 *   { templates: {}, tokens: {}, endToken: "</s>", hasToken: () => false },
 *   "plain",
 * );
 * assert.match(renderChat(template, [{ role: "user", content: "Hello!" }]), /Hello!/);
 * ```
 */
export function chooseTemplate(
  source: ChatSource,
  given?: string,
  hasTools = false,
): ChatTemplate {
  const { templates, tokens } = source;
  const named = (name: string): ChatTemplate | undefined => {
    if (Object.hasOwn(templates, name)) return { source: templates[name], tokens };
    if (!Object.hasOwn(builtInTemplates, name)) return undefined;
    return { source: builtInTemplates[name](source), tokens };
  };
  if (given !== undefined && /\{[{%]/.test(given)) return { source: given, tokens };
  if (given !== undefined) {
    const known = [...Object.keys(templates), ...templateNames];
    const found = named(given);
    if (found) return found;
    throw new TunebookError(
      "input",
      `there is no chat template "${given}"${didYouMean(given, known)}. Give Jinja, or one of ` +
        known.join(", "),
    );
  }
  const own = (hasTools ? templates.tool_use : undefined) ?? templates.default;
  if (own !== undefined) return { source: own, tokens };
  const names = Object.keys(templates);
  throw new TunebookError(
    "input",
    names.length > 0
      ? `the model has several chat templates and none is the default; give template, one of ` +
        names.join(", ")
      : 'the model has no chat template, as base models have none; give template: "chatml", ' +
        '"plain" (the texts as they are), "lines" (one a line), or Jinja of your own',
  );
}
