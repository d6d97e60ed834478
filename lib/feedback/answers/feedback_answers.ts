/**
 * What people have said, as tables that plans are trained on.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import {
  customInspect,
  type Displayed,
  jupyterDisplay,
  type MimeBundle,
} from "../../core/display.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import { readSource } from "../../core/read_source.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { writeTable } from "../../table/write_table.ts";
import { readAnswerLines } from "../storage/answer_lines.ts";
import { gatherJudgements, type Judgements } from "../storage/judgements.ts";
import { agreementOf, type FeedbackAgreement } from "./agreement.ts";
import {
  editRows,
  type JudgedItem,
  labelRows,
  preferenceRows,
  rankingRows,
  spanRows,
  thumbRows,
  type WhoseAnswers,
} from "./answer_rows.ts";
import { answersBundle, answersText } from "./answers_display.ts";
import { type FeedbackRater, raterRow } from "./rater_rows.ts";

/** Whose answers make rows. */
export interface AnswerRowsOptions {
  /** What most people say of an item (`majority`, unless given), or a row for everybody's answer. */
  readonly whose?: WhoseAnswers;
}

/**
 * What people have said. Items with a known answer are there to see how well people judge; they are in none of the
 * tables but {@link FeedbackAnswers.all} and count in no agreement.
 */
export interface FeedbackAnswers extends Displayed {
  /** `prompt`, `chosen`, `rejected`: of pairs, of each pair in a ranking, and of edited answers beside the old ones. */
  preferences(options?: AnswerRowsOptions): Table;
  /** `prompt`, `answers` from the best to the worst. */
  rankings(options?: AnswerRowsOptions): Table;
  /** `prompt`, `completion`, `label` (true for a thumb up). */
  thumbs(options?: AnswerRowsOptions): Table;
  /** `prompt`, `completion`: answers as people have written them. */
  edits(): Table;
  /** `text`, `label`. */
  labels(options?: AnswerRowsOptions): Table;
  /** `text`, `spans` (`start`, `end` in code points, `label`). */
  spans(options?: AnswerRowsOptions): Table;
  /** Each answer that counts, with who gave it, when, in what order, how long it took, and the comment. */
  all(): Table;
  /** How far people agree. */
  readonly agreement: readonly FeedbackAgreement[];
  /** How each person judges. */
  readonly raters: readonly FeedbackRater[];
  /** Answers that count. */
  readonly count: number;
  /**
   * Writes the rows of the one kind that was judged, in the shape of the tables above, as `writeTable` does, so that
   * `.data("preferences.jsonl", …)` reads them. Throws an error of kind "data" where there are none, or of several kinds.
   */
  write(path: string, options?: AnswerRowsOptions): Promise<void>;
  toString(): string;
}

const rules: Rules<AnswerRowsOptions> = { whose: oneOf(["majority", "all"]) };

/**
 * Reads a file of answers. A last line that was torn off is left out.
 *
 * Throws an error of kind "data" for a file that is missing or holds anything else, with all lines that are wrong.
 *
 * @example
 * ```ts
 * import { readFeedback } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const file = await Deno.makeTempFile({ suffix: ".jsonl" });
 * const content = { prompt: "Name a colour.", answers: ["Blue", "Seven"] };
 * const of = { at: "2026-11-30T10:00:00Z", action: "answer", item: "a1", kind: "pair", place: 1, seconds: 4 };
 * const said = [{ ...of, id: "1", rater: "Ann", value: 0, content }, { ...of, id: "2", rater: "Ben", value: 0, content }];
 * await Deno.writeTextFile(file, said.map((each) => JSON.stringify(each)).join("\n"));
 * const answers = await readFeedback(file);
 * assert.deepEqual(answers.preferences().objects(), [
 *   { prompt: "Name a colour.", chosen: "Blue", rejected: "Seven" },
 * ]);
 * await Deno.remove(file);
 * ```
 */
export async function readFeedback(file: string): Promise<FeedbackAnswers> {
  const { bytes } = await readSource(file, { timeoutSeconds: 30 });
  return answersFrom(gatherJudgements(readAnswerLines(bytes, file).records));
}

/** The answers that count, of all items or of some. */
export function answersFrom(
  judgements: Judgements,
  isAsked: (item: string) => boolean = () => true,
): FeedbackAnswers {
  const items = judgedItems(judgements, isAsked);
  const judged = items.filter(({ records }) => records[0].gold === undefined);
  const raters = judgements.raters.map((name) =>
    raterRow(name, [...judgements.ofRater(name).values()].filter(({ item }) => isAsked(item)))
  ).filter(({ answered, skipped }) => answered + skipped > 0);
  const makers = {
    preferences: [preferenceRows, ["prompt", "chosen", "rejected"]],
    rankings: [rankingRows, ["prompt", "answers"]],
    thumbs: [thumbRows, ["prompt", "completion", "label"]],
    edits: [editRows, ["prompt", "completion"]],
    labels: [labelRows, ["text", "label"]],
    spans: [spanRows, ["text", "spans"]],
  } as const;
  const make = (name: keyof typeof makers, options: AnswerRowsOptions = {}) => {
    checkOptions(`FeedbackAnswers.${name}`, options, rules);
    const [rowsOf, columns] = makers[name];
    return tableOf(rowsOf(judged, options.whose ?? "majority"), columns);
  };
  const records = items.flatMap((each) => each.records);
  const answers: FeedbackAnswers = {
    preferences: (options) => make("preferences", options),
    rankings: (options) => make("rankings", options),
    thumbs: (options) => make("thumbs", options),
    edits: () => make("edits"),
    labels: (options) => make("labels", options),
    spans: (options) => make("spans", options),
    all: () =>
      tableOf(
        records.map(({ content, ...each }) => ({ ...content, ...each })),
        ["item", "kind", "rater", "value", "comment", "seconds", "place", "shown", "at"],
      ),
    agreement: agreementOf(judged),
    raters,
    count: records.length,
    write: async (path, options = {}) => {
      checkOptions("FeedbackAnswers.write", options, rules);
      await writeTable(make(tableToWrite(judged), options), path);
    },
    toString: () => answersText(answers),
    [jupyterDisplay]: (): MimeBundle => answersBundle(answers),
  };
  Object.defineProperty(answers, customInspect, { value: () => answersText(answers) });
  return Object.freeze(answers);
}

function judgedItems(
  { records, ofItem }: Judgements,
  isAsked: (item: string) => boolean,
): JudgedItem[] {
  const ids = new Set(records.map(({ item }) => item));
  return [...ids].filter(isAsked).flatMap((id) => {
    const own = [...ofItem(id).values()];
    if (own.length === 0) return [];
    const [{ kind, content }] = own;
    return [{ id, kind, content, records: own }];
  });
}

function tableOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): Table {
  return tableFromColumns(
    columns.map((name) => [name, rows.map((row) => row[name] ?? null)] as const),
  );
}

const tables = {
  pair: "preferences",
  ranking: "preferences",
  edit: "preferences",
  thumbs: "thumbs",
  label: "labels",
  spans: "spans",
} as const;

/** The one table that holds all that was judged. */
function tableToWrite(judged: readonly JudgedItem[]) {
  const names = [...new Set(judged.map(({ kind }) => tables[kind]))];
  if (names.length === 1) return names[0];
  if (names.length === 0) {
    throw new TunebookError("data", "nothing was judged yet, so that there are no rows to write");
  }
  throw mistakes(
    "data",
    "people judged several things; write each table by writeTable:",
    names.map((name) => `answers.${name}()`),
  );
}
