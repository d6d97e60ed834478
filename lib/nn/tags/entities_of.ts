/**
 * The entities that tags stand for, read as seqeval reads them.
 *
 * @module
 */
import { type TagParts, tagParts } from "./tag_parts.ts";
import type { TagScheme } from "./tag_scheme.ts";

/** An entity of a row. */
export interface WordSpan {
  readonly type: string;
  /** Its first word, from 0. */
  readonly start: number;
  /** The word after its last. */
  readonly end: number;
}

const outside: TagParts = { prefix: "O", type: "_" };

/** The letters of BILOU as those of IOBES. */
const renamed: Readonly<Record<string, TagParts["prefix"]>> = { L: "E", U: "S" };

function partsOf(tags: readonly string[]): TagParts[] {
  return [...tags, "O"].map((tag) => {
    const { prefix, type } = tagParts(tag) ?? outside;
    return { prefix: renamed[prefix] ?? prefix, type };
  });
}

/**
 * The entities of a row's tags as `conlleval` and seqeval's default mode read them: tags in an order
 * that no scheme allows still make entities, `O I-PER` one for example. Tags of BILOU are read as those of
 * IOBES, which seqeval does in its strict mode alone.
 */
export function entitiesOf(tags: readonly string[]): WordSpan[] {
  const found: WordSpan[] = [];
  let previous = outside;
  let start = 0;
  for (const [at, next] of partsOf(tags).entries()) {
    if (ends(previous, next)) found.push({ type: previous.type, start, end: at });
    if (begins(previous, next)) start = at;
    previous = next;
  }
  return found;
}

/** seqeval's `end_of_chunk`. */
function ends(previous: TagParts, next: TagParts): boolean {
  if (previous.prefix === "O") return false;
  if (previous.prefix === "E" || previous.prefix === "S") return true;
  return "BSO".includes(next.prefix) || previous.type !== next.type;
}

/** seqeval's `start_of_chunk`. */
function begins(previous: TagParts, next: TagParts): boolean {
  if (next.prefix === "O") return false;
  if (next.prefix === "B" || next.prefix === "S") return true;
  return "ESO".includes(previous.prefix) || previous.type !== next.type;
}

/** When a word begins an entity, goes on with it, and when the word before has ended it. */
interface StrictRules {
  begins(previous: TagParts, next: TagParts, same: boolean): boolean;
  goesOn(previous: TagParts, next: TagParts, same: boolean): boolean;
  ended(previous: TagParts, next: TagParts, same: boolean): boolean;
}

const isOpen = ({ prefix }: TagParts) => prefix === "B" || prefix === "I";

/** The patterns of seqeval's `scheme.py`. */
const IOB1: StrictRules = {
  begins: (previous, next, same) =>
    next.prefix === "I"
      ? previous.prefix !== "I" || !same
      : next.prefix === "B" && isOpen(previous) && same,
  goesOn: (previous, next, same) => next.prefix === "I" && isOpen(previous) && same,
  // After a lone B of another type seqeval sees no end, and counts nothing.
  ended: (previous, next, same) => !(previous.prefix === "B" && next.prefix === "B" && !same),
};
const IOBES: StrictRules = {
  begins: (_, next) => next.prefix === "B" || next.prefix === "S",
  goesOn: (previous, next, same) =>
    isOpen(previous) && (next.prefix === "I" || next.prefix === "E") && same,
  ended: (previous) => previous.prefix === "E" || previous.prefix === "S",
};
const strictRules: Readonly<Record<Exclude<TagScheme, "plain">, StrictRules>> = {
  BIO: {
    begins: (_, next) => next.prefix === "B",
    goesOn: (previous, next, same) => isOpen(previous) && next.prefix === "I" && same,
    ended: () => true,
  },
  IOB1,
  // Without B every change of the type is one of the entity.
  IO: IOB1,
  IOBES,
  BILOU: IOBES,
};

/**
 * The entities of a row's tags as seqeval's strict mode reads them: only those that the scheme allows,
 * so that `O I-PER` is none in BIO, and `B-PER O` none in IOBES. Plain tags have no entities.
 */
export function strictEntitiesOf(tags: readonly string[], scheme: TagScheme): WordSpan[] {
  if (scheme === "plain") return [];
  const { begins, goesOn, ended } = strictRules[scheme];
  const parts = partsOf(tags);
  const before = (at: number) => parts[at - 1] ?? outside;
  const same = (at: number) => before(at).type === parts[at].type;
  const found: WordSpan[] = [];
  for (let at = 0; at < parts.length;) {
    if (!begins(before(at), parts[at], same(at))) {
      at++;
      continue;
    }
    let end = at + 1;
    while (goesOn(before(end), parts[end], same(end))) end++;
    if (ended(before(end), parts[end], same(end))) {
      found.push({ type: parts[at].type, start: at, end });
    }
    at = end;
  }
  return found;
}

/**
 * The tags of a row whose entities are known. Throws for IOB1 and plain tags, which nobody writes
 * spans in.
 */
export function tagsOf(
  words: number,
  entities: readonly WordSpan[],
  scheme: "BIO" | "IOBES" | "BILOU" | "IO",
): string[] {
  const tags = new Array<string>(words).fill("O");
  for (const { type, start, end } of entities) {
    for (let at = start; at < end; at++) {
      tags[at] = `${letterOf(at === start, at === end - 1, scheme)}-${type}`;
    }
  }
  return tags;
}

function letterOf(first: boolean, last: boolean, scheme: string): string {
  if (scheme === "IO") return "I";
  const [end, single] = scheme === "IOBES" ? "ES" : scheme === "BILOU" ? "LU" : "IB";
  if (first) return last ? single : "B";
  return last ? end : "I";
}
