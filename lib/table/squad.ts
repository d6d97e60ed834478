/**
 * The files of SQuAD itself: articles that have paragraphs, which have questions with answers.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { mistakes } from "../core/errors.ts";
import { type Table, tableFromRows } from "./table.ts";

type Json = Readonly<Record<string, unknown>>;

/** Whether a JSON value has SQuAD's articles: `{ data: [{ paragraphs: […] }, …] }`. */
export function isSquad(value: unknown): value is { readonly data: readonly unknown[] } {
  const articles = isRecord(value) ? value.data : undefined;
  return Array.isArray(articles) && articles.length > 0 && articles.every(isRecord) &&
    articles.some(({ paragraphs }) => Array.isArray(paragraphs));
}

/**
 * One row for each question: `id`, `title`, `question`, `context`, and `answers` as
 * `{ text: […], answer_start: […] }`, both empty where the question is impossible and null where the
 * file has none, as data of a competition. Plausible answers to impossible questions are left out.
 * Throws a `TunebookError` of kind "data" that lists every part that is not as SQuAD has it.
 */
export function squadTable({ data }: { readonly data: readonly unknown[] }, source: string): Table {
  const wrong: string[] = [];
  const listOf = (owner: unknown, name: string, place: string): readonly unknown[] => {
    const list = isRecord(owner) ? owner[name] : undefined;
    if (Array.isArray(list)) return list;
    wrong.push(`${place} has no list "${name}"`);
    return [];
  };
  const rows = data.flatMap((article, i) => {
    const inArticle = `article ${i + 1}`;
    const title = isRecord(article) ? article.title ?? null : null;
    return listOf(article, "paragraphs", inArticle).flatMap((paragraph, j) => {
      const inParagraph = `${inArticle}, paragraph ${j + 1}`;
      const context = isRecord(paragraph) ? paragraph.context : undefined;
      if (typeof context !== "string") wrong.push(`${inParagraph} has no text "context"`);
      return listOf(paragraph, "qas", inParagraph).map((each, k) => {
        const place = `${inParagraph}, question ${k + 1}`;
        const { id = null, question }: Json = isRecord(each) ? each : {};
        if (typeof question !== "string") wrong.push(`${place} has no text "question"`);
        const answers = answersOf(isRecord(each) ? each : {});
        if (isRecord(each) && isContradictory(each)) {
          wrong.push(`${place} is impossible, but has answers`);
        }
        if (answers === undefined) {
          wrong.push(`${place}: "answers" is no list of { text, answer_start }`);
        }
        return { id, title, question, context, answers };
      });
    });
  });
  if (wrong.length > 0) throw mistakes("data", `${source} is not as SQuAD's files are:`, wrong);
  return tableFromRows(rows, source);
}

interface Answers {
  readonly text: readonly string[];
  readonly answer_start: readonly number[];
}

function isContradictory({ answers, is_impossible }: Json): boolean {
  return is_impossible === true && Array.isArray(answers) && answers.length > 0;
}

/** Null where there are none; undefined where they are malformed. */
function answersOf({ answers, is_impossible }: Json): Answers | null | undefined {
  if (is_impossible === true) return { text: [], answer_start: [] };
  if (answers === undefined || answers === null) return null;
  if (!Array.isArray(answers)) return undefined;
  const text: string[] = [];
  const answer_start: number[] = [];
  for (const answer of answers) {
    if (!isRecord(answer)) return undefined;
    const { text: words, answer_start: start } = answer;
    if (typeof words !== "string" || typeof start !== "number") return undefined;
    text.push(words);
    answer_start.push(start);
  }
  return { text, answer_start };
}
