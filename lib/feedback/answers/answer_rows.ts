/**
 * Answers → rows that tasks are trained on.
 *
 * @module
 */
import type { AnswersContent, FeedbackItem, FeedbackSpan, TextContent } from "../item.ts";
import { answersContent, textContent } from "../kinds/content_shapes.ts";
import type { FeedbackRecord } from "../storage/feedback_record.ts";
import { mostSaid } from "./majority.ts";

/** Whose word counts: what most people say of an item, or a row for each answer of each of them. */
export type WhoseAnswers = "majority" | "all";

/** An item with all answers to it. */
export interface JudgedItem extends Pick<FeedbackItem, "id" | "kind" | "content"> {
  readonly records: readonly FeedbackRecord[];
}

type Row = Readonly<Record<string, unknown>>;

/** One rater at a time, or all together. */
function groups(records: readonly FeedbackRecord[], whose: WhoseAnswers) {
  return whose === "all" ? records.map((each) => [each]) : [records];
}

/** The better and the worse answer of pairs, of all pairs in a ranking, and of answers that were edited. */
export function preferenceRows(items: readonly JudgedItem[], whose: WhoseAnswers): Row[] {
  return items.flatMap(({ kind, content, records }) => {
    if (kind === "edit") return editedPairs(answersContent(content), records);
    if (kind !== "pair" && kind !== "ranking") return [];
    const { prompt, answers } = answersContent(content);
    return groups(records, whose).flatMap((group) =>
      pairsOf(answers.length).flatMap(([a, b]) => {
        const better = mostSaid(group.map(({ value }) => isBefore(value, a, b)));
        if (better === undefined || better === "tie") return [];
        const [chosen, rejected] = better === "first" ? [a, b] : [b, a];
        return [{ prompt, chosen: answers[chosen], rejected: answers[rejected] }];
      })
    );
  });
}

function isBefore(value: FeedbackRecord["value"], a: number, b: number) {
  if (value === "tie") return "tie";
  const order = Array.isArray(value) ? value as readonly number[] : [value as number];
  const [first, second] = [a, b].map((each) =>
    order.includes(each) ? order.indexOf(each) : order.length
  );
  return first < second ? "first" : "second";
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => a).flatMap((a) =>
    Array.from({ length: count - a - 1 }, (_, at): [number, number] => [a, a + 1 + at])
  );
}

function editedPairs(
  { prompt, answers: [rejected] }: AnswersContent,
  records: readonly FeedbackRecord[],
) {
  return records.filter(({ value }) => value !== rejected)
    .map(({ value }) => ({ prompt, chosen: value, rejected }));
}

/** All answers from the best to the worst; by mean ranks, where several people count and no two are equal. */
export function rankingRows(items: readonly JudgedItem[], whose: WhoseAnswers): Row[] {
  return items.filter(({ kind }) => kind === "ranking").flatMap(({ content, records }) => {
    const { prompt, answers } = answersContent(content);
    return groups(records, whose).flatMap((group) => {
      const ranks = answers.map((_, at) =>
        group.reduce((sum, { value }) => sum + (value as readonly number[]).indexOf(at), 0)
      );
      if (group.length === 0 || new Set(ranks).size < ranks.length) return [];
      const order = answers.map((_, at) => at).sort((a, b) => ranks[a] - ranks[b]);
      return [{ prompt, answers: order.map((at) => answers[at]) }];
    });
  });
}

/** Whether answers are good. */
export function thumbRows(items: readonly JudgedItem[], whose: WhoseAnswers): Row[] {
  return items.filter(({ kind }) => kind === "thumbs").flatMap(({ content, records }) => {
    const { prompt, answers: [completion] } = answersContent(content);
    return groups(records, whose).flatMap((group) => {
      const said = mostSaid(group.map(({ value }) => value));
      return said === undefined ? [] : [{ prompt, completion, label: said === "up" }];
    });
  });
}

/** Answers as people have written them, one for each of them. */
export function editRows(items: readonly JudgedItem[]): Row[] {
  return items.filter(({ kind }) => kind === "edit").flatMap(({ content, records }) =>
    records.map(({ value }) => ({ prompt: answersContent(content).prompt, completion: value }))
  );
}

/** Texts with their labels. */
export function labelRows(items: readonly JudgedItem[], whose: WhoseAnswers): Row[] {
  return items.filter(({ kind }) => kind === "label").flatMap(({ content, records }) =>
    groups(records, whose).flatMap((group) => {
      const label = mostSaid(group.map(({ value }) => value));
      return label === undefined ? [] : [{ text: textContent(content).text, label }];
    })
  );
}

/** Texts with their spans: those that more than half of the people mark. */
export function spanRows(items: readonly JudgedItem[], whose: WhoseAnswers): Row[] {
  return items.filter(({ kind }) => kind === "spans").flatMap(({ content, records }) =>
    groups(records, whose).filter(({ length }) => length > 0).map((group) => ({
      text: (content as TextContent).text,
      spans: agreedSpans(group),
    }))
  );
}

function agreedSpans(records: readonly FeedbackRecord[]): FeedbackSpan[] {
  const counts = new Map<string, number>();
  for (const { value } of records) {
    for (const { start, end, label } of value as readonly FeedbackSpan[]) {
      const key = JSON.stringify([start, end, label]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].filter(([, count]) => count * 2 > records.length).map(([key]) => {
    const [start, end, label]: [number, number, string] = JSON.parse(key);
    return { start, end, label };
  }).sort((a, b) => a.start - b.start);
}
