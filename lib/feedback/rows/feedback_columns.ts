/**
 * In which columns of a table the things stand that people judge.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { requireColumns } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { FeedbackKind } from "../item.ts";

/** Names of columns, where they are not the usual ones. */
export interface FeedbackColumns {
  /** A text or a conversation, `prompt`, `messages`, `instruction` or `question` unless given. */
  readonly prompt?: string;
  /**
   * One column with lists of answers or one answer, or a column for each answer; `answers`, `completions`,
   * `responses`, `chosen` and `rejected`, `answer_a` and `answer_b`, `answer`, `completion` or `response` unless given.
   */
  readonly answers?: string | readonly string[];
  /** A text to label, `text` or `sentence` unless given. */
  readonly text?: string;
  /** The label so far, `label` unless given. */
  readonly label?: string;
  /** The spans so far, `spans` or `entities` unless given. */
  readonly spans?: string;
  /** The known answer of rows that are there to see how well people judge, `gold` unless given. */
  readonly gold?: string;
}

/** What is read of each row. */
export interface FoundColumns {
  /** The kind of all rows; undefined where the number of answers tells it. */
  readonly kind: FeedbackKind | undefined;
  readonly prompt?: string | undefined;
  readonly answers?: readonly string[] | undefined;
  readonly text?: string | undefined;
  readonly label?: string | undefined;
  readonly spans?: string | undefined;
  /** Words and tags, as token classification reads them, in place of a text and spans. */
  readonly words?: readonly [tokens: string, tags: string] | undefined;
  readonly gold?: string | undefined;
}

const usual = {
  prompt: ["prompt", "messages", "instruction", "question"],
  several: ["answers", "completions", "responses"],
  sets: [["chosen", "rejected"], ["answer_a", "answer_b"], ["response_a", "response_b"]],
  one: ["answer", "completion", "response"],
  text: ["text", "sentence"],
  spans: ["spans", "entities"],
} as const;

const ofText: readonly FeedbackKind[] = ["label", "spans"];

/**
 * Finds the columns, and the kind where it was not told. Throws an error of kind "data" where a column is missing or
 * the columns tell no kind.
 */
export function findColumns(
  table: Table,
  given: FeedbackColumns,
  kind: FeedbackKind | undefined,
  where: string,
): FoundColumns {
  const { answers, ...others } = given;
  requireColumns(table, [...Object.values(others), ...[answers ?? []].flat()], where);
  const names = table.columnNames();
  const first = (list: readonly string[]) => list.find((name) => names.includes(name));
  const gold = given.gold ?? first(["gold"]);
  const found = {
    prompt: given.prompt ?? first(usual.prompt),
    answers: answers === undefined ? usualAnswers(names) : [answers].flat(),
    text: given.text ?? first(usual.text),
    label: given.label ?? first(["label"]),
    spans: given.spans ?? first(usual.spans),
    words: names.includes("tokens") && names.includes("tags")
      ? ["tokens", "tags"] as const
      : undefined,
  };
  const own = kind ?? kindOf(found);
  if (own === "spans" && found.words && !found.spans) {
    return { kind: own, words: found.words, gold };
  }
  if (own === "spans" || own === "label") {
    const { text, [own]: marks } = found;
    if (text === undefined || own === "spans" && marks === undefined) {
      throw missing(names, where, own);
    }
    return { kind: own, text, [own]: marks, gold };
  }
  const hasAnswers = found.answers !== undefined || found.prompt === "messages";
  if (own === null || !hasAnswers) throw missing(names, where, own ?? undefined);
  return { kind: own, prompt: found.prompt, answers: found.answers, gold };
}

/** Whether a column of answers may hold lists of them as JSON; one that is named after one answer holds that. */
export function mayHoldLists(name: string): boolean {
  return !usual.one.some((one) => one === name);
}

function usualAnswers(names: readonly string[]): readonly string[] | undefined {
  const has = (name: string) => names.includes(name);
  const set = usual.sets.find((set) => set.every(has));
  const single = [...usual.several, ...usual.one].find(has);
  return set ?? (single === undefined ? undefined : [single]);
}

/** The kind that columns tell; undefined where the number of answers does, null where nothing does. */
function kindOf(
  { prompt, answers, text, label, spans, words }: Omit<FoundColumns, "kind">,
): FeedbackKind | undefined | null {
  if (answers !== undefined || prompt === "messages") return undefined;
  if (words !== undefined || text !== undefined && spans !== undefined) return "spans";
  return text !== undefined && label !== undefined ? "label" : null;
}

function missing(names: readonly string[], where: string, kind?: FeedbackKind): TunebookError {
  const wanted = kind === undefined
    ? "to judge are a prompt with answers, a text with a label, or a text with spans"
    : ofText.includes(kind)
    ? `of kind ${kind} have a text and ${kind === "label" ? "may have a label" : "spans"}`
    : `of kind ${kind} have a prompt and answers`;
  return new TunebookError(
    "data",
    `${where} has the columns ${names.map(quoted).join(", ")}; rows ${wanted}. Name them by ` +
      'columns: { prompt: "…", answers: "…" } or { text: "…", label: "…" }.',
  );
}
