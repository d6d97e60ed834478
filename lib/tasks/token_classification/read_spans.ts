/**
 * Spans as annotation tools write them → where they begin and end.
 *
 * @module
 */
import { shortened } from "../../core/text_table.ts";
import { printedByPython } from "../../table/printed_by_python.ts";
import { utf16Offset } from "../../text/code_points.ts";

/** A labelled part of a text, in UTF-16 code units. */
export interface LabelledSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** What the offsets count. */
export type OffsetUnit = "codepoints" | "utf16";

const mostShown = 40;
/** The tag of a word that is in no span. */
const outside = "O";

/**
 * The spans of one text, sorted. They are a list, or JSON of one, of
 *
 * - `{ start, end, label }`; also `start_offset`, `end_offset` (doccano), `labels` with one label and the
 *   whole in `value` (Label Studio), and `entity_group`, `entity` or `type` for the label;
 * - `[start, end, label]` (spaCy, doccano);
 *
 * or `{ entities: … }` or `{ spans: … }` with such a list. A span with a `text` must have this text at
 * its offsets, whatever they count and however many blanks stand between its words. Labels lose the blanks around them.
 *
 * @param complain is told everything that is wrong
 */
export function readSpans(
  value: unknown,
  text: string,
  unit: OffsetUnit,
  complain: (what: string) => void,
): LabelledSpan[] {
  const list = listOf(value);
  if (!list) {
    complain(`the spans are ${notList(value)}`);
    return [];
  }
  const spans = list.flatMap((each, at) => {
    const found = readSpan(each, text, unit);
    if (typeof found !== "string") return [found];
    complain(`span ${at + 1} ${found}`);
    return [];
  }).sort((a, b) => a.start - b.start || a.end - b.end);
  for (let at = 1; at < spans.length; at++) {
    if (spans[at].start < spans[at - 1].end) {
      complain(
        `${shown(spans[at - 1], text)} and ${
          shown(spans[at], text)
        } overlap; a word has one tag, so leave one of the two out`,
      );
    }
  }
  return spans;
}

/** `"Alice" PER`, for errors. */
export function shown({ start, end, label }: LabelledSpan, text: string): string {
  return `"${shortened(text.slice(start, end), mostShown)}" ${label}`;
}

/** A list that may be written as JSON. */
export function listOf(value: unknown): unknown[] | undefined {
  if (typeof value === "string") {
    try {
      const parsed: unknown = JSON.parse(value);
      return typeof parsed === "string" ? undefined : listOf(parsed);
    } catch {
      return undefined;
    }
  }
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>);
  const { entities, spans } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Array.isArray(entities) ? entities : Array.isArray(spans) ? spans : undefined;
}

/** What a value is, for errors. */
export function typeInWords(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  if (Number.isNaN(value)) return "missing (NaN)";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/** What a value is that should be a list, for errors. */
export function notList(value: unknown): string {
  const printed = printedByPython(value);
  if (printed) return printed;
  return typeof value === "string" && /^\s*[[{]/.test(value)
    ? `the text ${JSON.stringify(shortened(value, mostShown))}, which is no JSON of a list`
    : `${typeInWords(value)}, not a list`;
}

type Fields = Readonly<Record<string, unknown>>;

/** The span, or what is wrong with it. */
function readSpan(value: unknown, text: string, unit: OffsetUnit): LabelledSpan | string {
  if (typeof value !== "object" || value === null) return `is ${typeInWords(value)}`;
  const fields = (Array.isArray(value) ? { start: value[0], end: value[1], label: value[2] } : {
    ...value,
    ...(value as Fields).value as object | undefined,
  }) as Fields;
  const first = (...names: string[]) =>
    names.map((name) => fields[name]).find((each) => each !== undefined && each !== null);
  const [from, to] = [first("start", "start_offset"), first("end", "end_offset")];
  const named = first("label", "labels", "entity_group", "entity", "type");
  const given: unknown = Array.isArray(named) && named.length === 1 ? named[0] : named;
  if (typeof given !== "string" || given.trim() === "") {
    return Array.isArray(named) && named.length !== 1
      ? `has ${named.length} labels, not one`
      : "has no label";
  }
  const label = given.trim();
  if (label === outside) {
    return `has the label "${outside}", which is the tag of words outside of all spans; leave the ` +
      "span out, or call it otherwise";
  }
  if (!isOffset(from) || !isOffset(to)) return "has no whole numbers for its start and end";
  const [begin, beyond] = [Number(from), Number(to)];
  const at = (own: OffsetUnit) => placed(begin, beyond, text, own);
  const place = at(unit);
  const own = fields.text;
  if (typeof own !== "string") {
    return place ? { ...place, label } : outOfText(begin, beyond, text);
  }
  const fits = (where: ReturnType<typeof placed>) =>
    where !== undefined && sameWords(text.slice(where.start, where.end), own);
  const right = [place, at(unit === "utf16" ? "codepoints" : "utf16")].find(fits);
  if (right) return { ...right, label };
  const found = place
    ? `which is "${shortened(text.slice(place.start, place.end), mostShown)}"`
    : "which the text does not have";
  return `says that "${shortened(own, mostShown)}" stands at ${begin}–${beyond}, ${found}`;
}

/** Label Studio shows a run of blanks as one, and a line's end as two letters, and writes down what it shows. */
function sameWords(one: string, other: string): boolean {
  const [words, others] = [one, other].map((text) => text.replace(/(?:\\n|\s)+/g, " "));
  return one === other || words === others;
}

function isOffset(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** Offsets in the text in UTF-16 code units; undefined where it has no such part. */
function placed(
  start: number,
  end: number,
  text: string,
  unit: OffsetUnit,
): { start: number; end: number } | undefined {
  const [from, to] = unit === "utf16"
    ? [start, end]
    : [utf16Offset(text, start), utf16Offset(text, end)];
  if (from === undefined || to === undefined) return undefined;
  return from >= 0 && from < to && to <= text.length ? { start: from, end: to } : undefined;
}

function outOfText(start: number, end: number, text: string): string {
  return start >= end
    ? `is empty: it starts at ${start} and ends at ${end}`
    : `is out of the text: ${start}–${end} of ${[...text].length} characters`;
}
