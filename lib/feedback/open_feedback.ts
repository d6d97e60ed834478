/**
 * Opens the page on which people judge.
 *
 * @module
 */
import { customInspect, type Displayed, jupyterDisplay } from "../core/display.ts";
import { TunebookError } from "../core/errors.ts";
import { once } from "../core/once.ts";
import { say } from "../core/say.ts";
import { listen, urlOf } from "../http/listening.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import { readTable } from "../table/read_table.ts";
import { type Table, tableFromRows } from "../table/table.ts";
import { answersFrom, type FeedbackAnswers } from "./answers/feedback_answers.ts";
import type { FeedbackSettings } from "./feedback_options.ts";
import type { FeedbackItem } from "./item.ts";
import { withUncertainty } from "./next/uncertainty.ts";
import { pageBundle } from "./page_display.ts";
import { readItems } from "./rows/read_items.ts";
import { feedbackApp } from "./server/feedback_app.ts";
import { feedbackSession } from "./server/feedback_session.ts";
import { openAnswerFile } from "./storage/answer_file.ts";
import { gatherJudgements } from "./storage/judgements.ts";

/** Rows to judge: a table, rows, or a file that `readTable` reads. */
export type FeedbackRows = string | Table | readonly Readonly<Record<string, unknown>>[];

/** A page that is open. In a notebook it shows its address and, in a frame, itself. */
export interface FeedbackPage extends Displayed, AsyncDisposable {
  /** Where it is, with the token behind `#`, which browsers send to nobody. */
  readonly url: string;
  readonly port: number;
  /** The file that answers are appended to. */
  readonly file: string;
  /** What is judged. */
  readonly items: readonly FeedbackItem[];
  /** What people have said so far of these items. */
  readonly answers: FeedbackAnswers;
  /** Settled when it is closed. */
  readonly finished: Promise<void>;
  /** Takes no further answers, and closes the file. */
  close(): Promise<void>;
  toString(): string;
}

/** Seconds for the last answers to be confirmed. */
const closingSeconds = 5;

/** Reads the rows, opens the file and listens. */
export async function openFeedback(
  rows: FeedbackRows,
  settings: FeedbackSettings,
): Promise<FeedbackPage> {
  const { items, labels } = await itemsOf(rows, settings);
  const file = await openAnswerFile(settings.file);
  try {
    const judgements = gatherJudgements(file.records);
    const known = new Set(items.map(({ id }) => id));
    const answers = () => answersFrom(judgements, (item) => known.has(item));
    const session = feedbackSession({ items, labels, judgements, file, settings });
    const app = feedbackApp({ session, labels, settings, answers });
    const listening = await listen((request) => app.fetch(request), settings);
    const close = once(async () => {
      const timer = setTimeout(() => listening.abort(), closingSeconds * 1000);
      await listening.shutdown();
      clearTimeout(timer);
      await listening.finished;
      await file[Symbol.asyncDispose]();
    });
    settings.signal?.addEventListener("abort", () => void close(), { once: true });
    if (settings.signal?.aborted) void close();
    const { port } = listening;
    const hash = settings.token === false ? "" : `#token=${settings.token}`;
    const url = `${urlOf({ host: settings.host, port })}/${hash}`;
    const inWords = () =>
      `${items.length} ${items.length === 1 ? "item" : "items"} to judge at ${url}`;
    if (!settings.quiet) say(inWords());
    return Object.freeze({
      url,
      port,
      file: settings.file,
      items,
      get answers() {
        return answers();
      },
      finished: listening.finished.then(() => close()),
      close,
      [Symbol.asyncDispose]: close,
      toString: inWords,
      [customInspect]: inWords,
      [jupyterDisplay]: () => pageBundle(url, inWords()),
    });
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** The items, in the order of the rows, with how unsure a model is of them where there are scores. */
async function itemsOf(rows: FeedbackRows, settings: FeedbackSettings) {
  const { columns, kind, labels: told, ties, scores, quiet } = settings;
  const table = await tableOf(rows);
  const where = typeof rows === "string" ? rows : "the rows";
  const read = readItems(table, { columns, kind, labels: told, ties, where });
  const { items, labels, copies, rowOf } = read;
  if (copies > 0 && !quiet) {
    say(`note: ${copies} rows show the same as earlier ones and are judged once`);
  }
  if (scores === undefined) return { items, labels };
  if (typeof scores === "string") {
    requireColumns(table, [scores], where);
    const cells = columnValues(table, scores);
    return { items: withUncertainty(items, rowOf.map((row) => cells[row]), labels), labels };
  }
  const given = await scores(items);
  if (given?.length !== items.length) {
    throw new TunebookError(
      "input",
      `scores gave ${
        given?.length ?? "nothing"
      } for ${items.length} items; it must give scores for each`,
    );
  }
  return { items: withUncertainty(items, [...given], labels), labels };
}

async function tableOf(rows: FeedbackRows): Promise<Table> {
  if (typeof rows === "string") return await readTable(rows);
  return Array.isArray(rows) ? tableFromRows(rows) : rows as Table;
}
