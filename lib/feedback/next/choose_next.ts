/**
 * Which item a person is asked next.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { NextItem } from "../feedback_options.ts";
import type { FeedbackItem } from "../item.ts";
import type { Judgements } from "../storage/judgements.ts";
import { disagreementOn } from "./disagreement.ts";

/** What the choice depends on. */
export interface NextSettings {
  readonly items: readonly FeedbackItem[];
  readonly judgements: Judgements;
  readonly next: NextItem;
  readonly perItem?: number | undefined;
  readonly seed: number;
  /** How many others have the item on their screens. */
  openTo(item: string, rater: string): number;
}

/** What a person is asked next, and how much is left. */
export interface NextChoice {
  readonly item: FeedbackItem | undefined;
  /** Items that are left for this person, this one too. */
  readonly left: number;
}

/** Chooses for everybody; a person's own order is drawn once. */
export function nextChooser(settings: NextSettings): (rater: string) => NextChoice {
  const { items, judgements, seed, perItem } = settings;
  const gold = items.filter((each) => each.gold !== undefined);
  const others = items.filter((each) => each.gold === undefined);
  const drawn = new Map<string, DrawnOrder>();
  const drawnFor = (rater: string) => {
    const own = drawn.get(rater) ?? drawOrder(items, gold.length, seed, rater);
    drawn.set(rater, own);
    return own;
  };
  // The file may hold answers to other rows, too.
  const countDone = (done: ReadonlyMap<string, unknown>) =>
    items.reduce((sum, { id }) => done.has(id) ? sum + 1 : sum, 0);
  return (rater) => {
    const done = judgements.ofRater(rater);
    const { places, goldPlaces } = drawnFor(rater);
    const hasRoom = ({ id }: FeedbackItem) =>
      perItem === undefined ||
      judgements.ofItem(id).size + settings.openTo(id, rater) < perItem;
    const goldLeft = gold.filter(({ id }) => !done.has(id));
    const left = others.filter((each) => !done.has(each.id) && hasRoom(each));
    const goldDone = gold.length - goldLeft.length;
    const isGoldDue = goldLeft.length > 0 &&
      (left.length === 0 || goldPlaces[goldDone] <= countDone(done));
    const keys = sortKeys(settings, places);
    const item = isGoldDue ? first(goldLeft, ({ id }) => [places.get(id)!]) : first(left, keys);
    return { item, left: left.length + goldLeft.length };
  };
}

interface DrawnOrder {
  /** Item → its place in an order that was drawn for one person. */
  readonly places: ReadonlyMap<string, number>;
  /** After how many items each known answer comes: one in each stretch of the way. */
  readonly goldPlaces: readonly number[];
}

function drawOrder(
  items: readonly FeedbackItem[],
  golds: number,
  seed: number,
  rater: string,
): DrawnOrder {
  const random = Random.fromSeed(seed, "order", rater);
  const order = random.shuffle(items.map(({ id }) => id));
  const stretch = items.length / Math.max(1, golds);
  return {
    places: new Map(order.map((id, at) => [id, at])),
    goldPlaces: Array.from(
      { length: golds },
      (_, at) => Math.floor(stretch * (at + random.uniform())),
    ),
  };
}

/** What items are sorted by, the smallest first. */
function sortKeys(
  { items, judgements, next }: NextSettings,
  places: ReadonlyMap<string, number>,
): (item: FeedbackItem) => readonly number[] {
  const drawn = (item: FeedbackItem) => places.get(item.id)!;
  if (next === "random") return (item) => [drawn(item)];
  if (next === "order") {
    const rows = new Map(items.map(({ id }, at) => [id, at]));
    return ({ id }) => [rows.get(id)!];
  }
  if (next === "uncertain") return (item) => [-(item.uncertainty ?? 0), drawn(item)];
  return (item) => {
    const found = disagreementOn(item, judgements.ofItem(item.id).values());
    // What one person or nobody has judged comes before what all agree on.
    return [found === undefined ? 0 : found > 0 ? -found : 1, drawn(item)];
  };
}

function first(
  items: readonly FeedbackItem[],
  keys: (item: FeedbackItem) => readonly number[],
): FeedbackItem | undefined {
  let best: { readonly item: FeedbackItem; readonly keys: readonly number[] } | undefined;
  for (const item of items) {
    const own = keys(item);
    const differs = best ? own.findIndex((each, at) => each !== best!.keys[at]) : 0;
    if (!best || differs >= 0 && own[differs] < best.keys[differs]) best = { item, keys: own };
  }
  return best?.item;
}
