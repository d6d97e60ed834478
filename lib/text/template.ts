/**
 * Where a model's special tokens stand around one text and around a pair.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { stepsOf, unknownStep } from "./pre_tokenizer.ts";
import type { Joined } from "./text_tokens.ts";

/** A position in an encoded input: a special token (`id`), or all tokens of a text (`part`). */
export interface Slot {
  /** The id of a special token; undefined where a text stands. */
  readonly id?: number;
  /** Which text stands here, 0 or 1. */
  readonly part: number;
  /** The segment, 0 or 1. */
  readonly type: number;
}

/** The slots of one text and of a pair, in order. */
export interface Template {
  readonly single: readonly Slot[];
  readonly pair: readonly Slot[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the field `post_processor` of tokenizer.json. Throws a `TunebookError` of kind "weights"
 * for a template that is malformed, and of kind "unsupported" for a step that is not followed.
 */
export function readTemplate(json: unknown): Template {
  const steps = flat(json).filter(({ type }) => type !== "ByteLevel"); // which only trims spans
  if (steps.length === 0) return { single: [text(0, 0)], pair: [text(0, 0), text(1, 1)] };
  if (steps.length > 1) {
    throw new TunebookError(
      "unsupported",
      `the post-processor adds special tokens in ${steps.length} steps (${
        steps.map(({ type }) => type).join(", ")
      }); tunebook follows one`,
    );
  }
  const [step] = steps;
  switch (step.type) {
    case "TemplateProcessing":
      return {
        single: templateOf(step, "single", ["A"]),
        pair: templateOf(step, "pair", ["A", "B"]),
      };
    case "BertProcessing": {
      const [cls, sep] = [namedToken(step, "cls"), namedToken(step, "sep")];
      const single = [special(cls, 0), text(0, 0), special(sep, 0)];
      return { single, pair: [...single, text(1, 1), special(sep, 1)] };
    }
    case "RobertaProcessing": {
      const [cls, sep] = [namedToken(step, "cls"), namedToken(step, "sep")];
      const single = [special(cls, 0), text(0, 0), special(sep, 0)];
      return { single, pair: [...single, special(sep, 0), text(1, 0), special(sep, 0)] };
    }
    default:
      throw unknownStep("post-processor", step.type);
  }
}

/**
 * The same post-processor with a template of its own where it has none: transformers.js joins a pair by templates alone,
 * and drops the second text behind `ByteLevel`, as GPT-2 and Qwen have it. Tokens are the same.
 */
export function withPairTemplate(json: unknown): unknown {
  const steps = flat(json);
  if (json === null || json === undefined || steps.some(({ type }) => type !== "ByteLevel")) {
    return json;
  }
  const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const template = {
    type: "TemplateProcessing",
    single: [sequence("A", 0)],
    pair: [sequence("A", 0), sequence("B", 1)],
    special_tokens: {},
  };
  return { type: "Sequence", processors: [...steps, template] };
}

const text = (part: number, type: number): Slot => ({ part, type });
const special = (id: number, type: number): Slot => ({ id, part: 0, type });

function flat(json: unknown): Json[] {
  if (json === null || json === undefined) return [];
  const step = json as Json;
  return step.type === "Sequence" ? stepsOf(step, "processors").flatMap(flat) : [step];
}

/** `["[SEP]", 102]` → 102. */
function namedToken(step: Json, field: string): number {
  const entry = step[field];
  const id = Array.isArray(entry) ? entry[1] : undefined;
  if (Number.isInteger(id) && id >= 0) return id;
  throw malformed(step, `${field} is ${shownValue(entry)}; it must be a token with its id`);
}

function templateOf(step: Json, field: string, parts: readonly string[]): Slot[] {
  const list = step[field];
  if (!Array.isArray(list)) {
    throw malformed(
      step,
      `"${field}" is ${shownValue(list)}; it must be a list of tokens and texts`,
    );
  }
  const slots = list.flatMap((entry: unknown) => slotsOf(step, field, entry, parts));
  const lacks = parts.filter((_, part) => !slots.some((slot) => isText(slot, part)));
  const twice = parts.filter((_, part) => slots.filter((slot) => isText(slot, part)).length > 1);
  if (lacks.length > 0) throw malformed(step, `"${field}" leaves out the text ${lacks.join(", ")}`);
  if (twice.length > 0) throw malformed(step, `"${field}" has the text ${twice[0]} twice`);
  return slots;
}

function isText({ id, part }: Slot, wanted: number): boolean {
  return id === undefined && part === wanted;
}

function slotsOf(step: Json, field: string, entry: unknown, parts: readonly string[]): Slot[] {
  const { SpecialToken: token, Sequence: sequence } = (entry ?? {}) as Record<string, Json>;
  const { id, type_id: type } = (token ?? sequence ?? {}) as Json;
  if (typeof id !== "string" || !Number.isInteger(type) || (type as number) < 0) {
    throw malformed(step, `"${field}" has the entry ${shownValue(entry)}`);
  }
  if (sequence) {
    const part = parts.indexOf(id);
    if (part < 0) throw malformed(step, `"${field}" has the text ${shownValue(id)}`);
    return [text(part, type as number)];
  }
  const ids = ((step.special_tokens ?? {}) as Record<string, { ids?: unknown }>)[id]?.ids;
  if (!Array.isArray(ids) || !ids.every((each) => Number.isInteger(each) && each >= 0)) {
    throw malformed(
      step,
      `the template's token ${shownValue(id)} has no ids: "special_tokens" says ${shownValue(ids)}`,
    );
  }
  return ids.map((each) => special(each, type as number));
}

function malformed({ type }: Json, why: string): TunebookError {
  return new TunebookError("weights", `the post-processor ${type}: ${why}`);
}

/** A template that does not close texts with the token `id`. */
export function templateWithout({ single, pair }: Template, id: number): Template {
  const open = (slots: readonly Slot[]) =>
    slots.slice(0, slots.findLastIndex((slot) => slot.id !== id) + 1);
  return { single: open(single), pair: open(pair) };
}

/** Lists of token ids in the slots of a template; segments are all 0 without `segments`. */
export function fillTemplate(
  slots: readonly Slot[],
  parts: readonly ArrayLike<number>[],
  segments: boolean,
): Joined {
  const lengthOf = ({ id, part }: Slot) => id === undefined ? parts[part].length : 1;
  const length = slots.reduce((sum, slot) => sum + lengthOf(slot), 0);
  const ids = new Int32Array(length);
  const types = new Int32Array(length);
  const starts: number[] = [];
  let at = 0;
  for (const slot of slots) {
    const end = at + lengthOf(slot);
    if (slot.id !== undefined) ids[at] = slot.id;
    else {
      ids.set(parts[slot.part], at);
      starts[slot.part] = at;
    }
    if (segments) types.fill(slot.type, at, end);
    at = end;
  }
  const [firstStart, secondStart] = starts;
  return secondStart === undefined
    ? { ids, types, firstStart }
    : { ids, types, firstStart, secondStart };
}
