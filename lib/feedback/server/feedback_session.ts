/**
 * What goes on between the people and the file: who is asked what, and what they say.
 *
 * @module
 */
import { RequestError } from "../../http/request_error.ts";
import type { FeedbackSettings } from "../feedback_options.ts";
import type { FeedbackItem, FeedbackValue } from "../item.ts";
import { judgedKinds, renumbered, storedValue } from "../kinds/kinds.ts";
import { answersContent } from "../kinds/content_shapes.ts";
import { nextChooser } from "../next/choose_next.ts";
import { shownOrder } from "../next/shown_order.ts";
import type { AnswerFile } from "../storage/answer_file.ts";
import type { FeedbackRecord } from "../storage/feedback_record.ts";
import type { Judgements } from "../storage/judgements.ts";
import { openItems } from "./open_items.ts";
import { invalid, type Submission } from "./submission.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly items: readonly FeedbackItem[];
  /** The labels that may be given. */
  readonly labels: readonly string[];
  readonly judgements: Judgements;
  readonly file: Pick<AnswerFile, "append">;
  readonly settings: Pick<FeedbackSettings, "next" | "perItem" | "seed" | "ties">;
}

/** How far a person has come. */
export interface RaterProgress {
  readonly done: number;
  readonly left: number;
}

/** An item as a person sees it, with what this person has said of it. */
export interface ShownItem extends RaterProgress {
  readonly item: Readonly<Record<string, unknown>> | null;
}

/** What goes on between the people and the file. */
export interface FeedbackSession {
  /** What a person is asked next; null where nothing is left. */
  next(rater: string): ShownItem;
  /** What a person judged before an item, or last where the item was not judged yet. */
  previous(rater: string, item: string | undefined): ShownItem;
  /** Stores what was said; when it settles, the disk has it. */
  submit(submission: Submission): Promise<RaterProgress>;
}

/** Opens a session. */
export function feedbackSession(parts: SessionParts): FeedbackSession {
  const { items, judgements, settings } = parts;
  const known = new Map(items.map((item) => [item.id, item]));
  const open = openItems();
  const choose = nextChooser({ ...settings, items, judgements, openTo: open.others });
  const underway = new Map<string, { readonly sent: string; readonly stored: Promise<void> }>();

  const doneBy = (rater: string) => {
    const own = judgements.ofRater(rater);
    return [...own.keys()].filter((id) => known.has(id));
  };
  const progress = (rater: string): RaterProgress => ({
    done: doneBy(rater).length,
    left: choose(rater).left,
  });
  const shown = (item: FeedbackItem, rater: string): ShownItem => {
    open.give(item.id, rater);
    const own = judgements.latest(rater, item.id);
    return { item: shownItem(item, rater, settings.seed, own), ...progress(rater) };
  };

  const recordOf = (submission: Submission): FeedbackRecord => {
    const { rater, action } = submission;
    const item = known.get(submission.item);
    if (!item) throw new RequestError(404, "there is no such item", { code: "unknown_item" });
    const before = judgements.latest(rater, item.id);
    if (action === "undo" && !before) {
      throw new RequestError(409, "there is nothing to take back", { code: "nothing_to_undo" });
    }
    const isFull = settings.perItem !== undefined && item.gold === undefined &&
      judgements.ofItem(item.id).size >= settings.perItem;
    if (!before && isFull && !open.wasGiven(item.id, rater)) {
      throw new RequestError(409, "enough others have judged this item", { code: "not_asked" });
    }
    return storedRecord(submission, item, before, parts);
  };

  return {
    next(rater) {
      const { item } = choose(rater);
      return item ? shown(item, rater) : { item: null, ...progress(rater) };
    },
    previous(rater, item) {
      const done = doneBy(rater);
      const at = item === undefined ? -1 : done.indexOf(item);
      const id = done.at(at < 0 ? -1 : at - 1);
      if (id === undefined || at === 0) {
        throw new RequestError(404, "nothing was judged before", { code: "no_previous" });
      }
      return shown(known.get(id)!, rater);
    },
    async submit(submission) {
      const { id, rater, item } = submission;
      const sent = sentOf(submission);
      const earlier = judgements.withId(id);
      let own = underway.get(id);
      if (earlier && !own) {
        // What was sent is told by what was stored; numbers of answers are those that were shown then.
        const { action, value, shown } = earlier;
        const asShown = value === null || !shown
          ? value
          : renumbered(value, (number) => shown.indexOf(number));
        own = { sent: sentOf({ ...earlier, action, value: asShown }), stored: Promise.resolve() };
      }
      if (own && own.sent !== sent) {
        throw new RequestError(409, "another answer has this id", { code: "id_taken" });
      }
      if (!own) {
        const record = recordOf(submission);
        const stored = parts.file.append(record).then(() => {
          judgements.add(record);
          open.close(item, rater);
        });
        own = { sent, stored };
        underway.set(id, own);
        stored.catch(() => {}).finally(() => underway.delete(id));
      }
      await own.stored;
      return progress(rater);
    },
  };
}

/** What must be the same where an answer comes again. */
function sentOf(
  { rater, item, action, value }: Pick<Submission, "rater" | "item" | "action" | "value">,
): string {
  const said = action === "answer" ? storedValue(value as FeedbackValue) : null;
  return JSON.stringify([rater, item, action, said]);
}

function storedRecord(
  { id, rater, action, value, seconds, comment }: Submission,
  item: FeedbackItem,
  before: FeedbackRecord | undefined,
  { labels, judgements, settings }: SessionParts,
): FeedbackRecord {
  const { kind, content, gold } = item;
  const shown = shownOrder(item, rater, settings.seed);
  if (action === "answer") {
    const wrong = judgedKinds[kind].wrongValue(value, { content, labels, ties: settings.ties });
    if (wrong) throw invalid(`the answer ${wrong}`);
  }
  const said = value as FeedbackValue;
  return {
    id,
    at: new Date().toISOString(),
    rater,
    action,
    item: item.id,
    kind,
    value: action !== "answer"
      ? null
      : storedValue(shown ? renumbered(said, (at) => shown[at]) : said),
    ...shown ? { shown } : {},
    place: before?.place ?? judgements.ofRater(rater).size + 1,
    seconds: Math.round(seconds * 10) / 10,
    ...comment === "" ? {} : { comment },
    ...gold === undefined ? {} : { gold },
    content,
  };
}

/** An item as one person sees it: answers in this person's order, and neither the known answer nor any score. */
function shownItem(
  item: FeedbackItem,
  rater: string,
  seed: number,
  own: FeedbackRecord | undefined,
): Readonly<Record<string, unknown>> {
  const { id, kind, content } = item;
  const order = shownOrder(item, rater, seed);
  const said = own && {
    action: own.action,
    value: own.value !== null && order
      ? renumbered(own.value, (number) => order.indexOf(number))
      : own.value,
    comment: own.comment ?? "",
  };
  return {
    id,
    kind,
    ...content,
    ...order ? { answers: order.map((at) => answersContent(content).answers[at]) } : {},
    own: said ?? null,
  };
}
