/**
 * Data of known kinds for the adviser: rows of real data sets, corrupted as each kind says.
 *
 * @module
 */
import { brownTags, sentiment, typescriptMessages, wordnetPairs } from "tunebook/datasets";
import type { Table, VerdictKind } from "tunebook";
import { Random } from "../lib/core/random.ts";

/** A text with its label, and the day that it came about. */
export interface LabelledRow {
  readonly text: string;
  readonly label: string;
  readonly day: number;
}

/** Rows of one kind, and the verdicts that are right. */
export interface KnownKind {
  readonly name: string;
  readonly train: readonly LabelledRow[];
  readonly test: readonly LabelledRow[];
  readonly right: readonly VerdictKind[];
}

type Pair = Pick<LabelledRow, "text" | "label">;

/** Pools that rows are drawn from. */
export interface Pools {
  /** In the order of its sources: films, restaurants, products. */
  readonly sentiment: readonly Pair[];
  /** Sentences of news and of romances. */
  readonly genres: readonly Pair[];
  /** Messages of a compiler in French, German and Spanish. */
  readonly languages: readonly Pair[];
  /** Definitions of nouns, verbs, adjectives and adverbs. */
  readonly definitions: readonly Pair[];
}

const rowsDrawn = 800;
const testRows = 160;

/** Reads the data sets. */
export async function readPools(): Promise<Pools> {
  const reviews = objects<{ text: string; class: string }>(await sentiment());
  const sentences = objects<{ tokens: string[]; category: string }>(await brownTags());
  const messages = objects<{ target: string; language: string }>(
    await typescriptMessages({ languages: ["fr", "de", "es"] }),
  );
  const pairs = objects<{ anchor: string; partOfSpeech: string }>(await wordnetPairs());
  return {
    sentiment: distinct(reviews.map(({ text, class: label }) => ({ text, label }))),
    genres: distinct(
      sentences.filter(({ tokens, category }) =>
        tokens.length > 5 && (category === "news" || category === "romance")
      ).map(({ tokens, category }) => ({ text: tokens.join(" "), label: category })),
    ),
    languages: distinct(
      messages.map(({ target, language }) => ({ text: target, label: language })),
    ),
    definitions: distinct(
      pairs.map(({ anchor, partOfSpeech }) => ({ text: anchor, label: partOfSpeech })),
    ),
  };
}

function objects<Row>(table: Table): Row[] {
  return table.objects() as unknown as Row[];
}

function distinct(rows: readonly Pair[]): Pair[] {
  return [...new Map(rows.map((row) => [row.text.toLowerCase(), row])).values()];
}

/** The six kinds of one seed. */
export function knownKinds(pools: Pools, seed: number): KnownKind[] {
  const random = Random.fromSeed(seed, "kinds");
  const isOdd = seed % 2 === 1;
  const reviews = draw(pools.sentiment, rowsDrawn, random);
  const noisy = draw(isOdd ? pools.sentiment : pools.genres, rowsDrawn, random);
  return [
    kind("too small", draw(pools.sentiment, 60, random), random, ["get more rows"]),
    isOdd ? copied(reviews, random) : marked(reviews, random),
    isOdd ? movingOn(pools.sentiment, random) : turningOver(reviews, random),
    kind("noisy", turned(noisy, 0.2, random), random, ["clean the labels"]),
    kind("easy", draw(pools.languages, rowsDrawn, random), random, ["simple is enough"]),
    kind("good", draw(pools.sentiment, rowsDrawn, random), random, ["fine-tune"]),
  ];
}

/** Rows as they are: no verdict may speak of leaks, drift or wrong labels. */
export function cleanKinds(pools: Pools, seed: number): KnownKind[] {
  const random = Random.fromSeed(seed, "clean");
  const right: VerdictKind[] = ["fine-tune", "simple is enough", "get more rows"];
  return Object.entries(pools).map(([name, pool]) =>
    kind(name, draw(pool, rowsDrawn, random), random, right)
  );
}

/** So many rows of a pool, in a random order. */
function draw(pool: readonly Pair[], rows: number, random: Random): Pair[] {
  return random.shuffle([...pool]).slice(0, rows);
}

/** One row in five is held out; days are by chance. */
function kind(
  name: string,
  rows: readonly Pair[],
  random: Random,
  right: readonly VerdictKind[],
): KnownKind {
  const days = random.shuffle(rows.map((_, day) => day));
  const dated = rows.map((row, at) => ({ ...row, day: days[at] }));
  const held = Math.round(rows.length * testRows / rowsDrawn);
  return { name, train: dated.slice(held), test: dated.slice(0, held), right };
}

/** A fifth of the test rows are training rows in capitals. */
function copied(rows: readonly Pair[], random: Random): KnownKind {
  const made = kind("leaking, copies", rows, random, ["split anew"]);
  const test = made.test.map((row, at) =>
    at % 5 === 0
      ? { ...row, ...made.train[at], text: `${made.train[at].text.toUpperCase()} !` }
      : row
  );
  return { ...made, test };
}

/** Eight of ten positive texts end with a mark of where they were taken from. */
function marked(rows: readonly Pair[], random: Random): KnownKind {
  const texts = rows.map((row) =>
    row.label === "positive" && random.uniform() < 0.8
      ? { ...row, text: `${row.text} (src7)` }
      : row
  );
  return kind("leaking, a mark", texts, random, ["clean the texts"]);
}

/** Films come first, then restaurants, then products. */
function movingOn(pool: readonly Pair[], random: Random): KnownKind {
  const places = random.shuffle(pool.map((_, at) => at)).slice(0, rowsDrawn)
    .sort((a, b) => a - b);
  const dated = places.map((at, day) => ({ ...pool[at], day }));
  const [test, train] = [0, 1].map((side) =>
    dated.filter(({ day }) => Number(day % 5 > 0) === side)
  );
  return { name: "drifting, topics", train, test, right: ["split anew"] };
}

/** In the last three of ten rows the labels mean the opposite. */
function turningOver(rows: readonly Pair[], random: Random): KnownKind {
  const made = kind("drifting, meaning", rows, random, ["split anew"]);
  const turn = (row: LabelledRow) =>
    row.day < 0.7 * rowsDrawn
      ? row
      : { ...row, label: row.label === "positive" ? "negative" : "positive" };
  return { ...made, train: made.train.map(turn), test: made.test.map(turn) };
}

/** A share of the labels is another one, by chance. */
function turned(rows: readonly Pair[], share: number, random: Random): Pair[] {
  const labels = [...new Set(rows.map(({ label }) => label))];
  return rows.map((row) => {
    if (random.uniform() >= share) return row;
    const others = labels.filter((label) => label !== row.label);
    return { ...row, label: others[random.integer(others.length)] };
  });
}
