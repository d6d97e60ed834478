/**
 * Which tag may follow which.
 *
 * @module
 */
import { type TagParts, tagParts } from "./tag_parts.ts";
import { schemePrefixes, type TagScheme } from "./tag_scheme.ts";

/**
 * What is wrong with the order of a row's tags, one text for each mistake with its word, counted from
 * 1. Nothing is wrong with plain tags and with those of IO.
 */
export function transitionMistakes(tags: readonly string[], scheme: TagScheme): string[] {
  if (scheme === "plain") return [];
  const wrong: string[] = [];
  let previous: TagParts = outside;
  for (let at = 0; at <= tags.length; at++) {
    const parts = at === tags.length ? outside : tagParts(tags[at]);
    const known = parts && `O${schemePrefixes[scheme]}`.includes(parts.prefix);
    if (!known) {
      wrong.push(`word ${at + 1}: "${tags[at]}" is no tag of ${scheme}`);
      previous = outside;
      continue;
    }
    const reason = reasonAgainst(previous, parts, scheme);
    if (reason) {
      const before = at === 0 ? "the beginning" : `"${tags[at - 1]}"`;
      const after = at === tags.length ? "the end" : `"${tags[at]}"`;
      wrong.push(
        `word ${Math.min(at + 1, tags.length)}: ${after} follows ${before}, but ${reason}`,
      );
    }
    previous = parts;
  }
  return wrong;
}

const outside: TagParts = { prefix: "O", type: "_" };

function reasonAgainst(previous: TagParts, next: TagParts, scheme: TagScheme): string | undefined {
  const sameType = previous.type === next.type;
  const open = previous.prefix === "B" || previous.prefix === "I";
  switch (scheme) {
    case "BIO":
      return next.prefix !== "I" || (open && sameType)
        ? undefined
        : "I goes on with an entity of its type; one begins with B";
    case "IOB1":
      return next.prefix !== "B" || (open && sameType)
        ? undefined
        : "B stands only right after an entity of its type; others begin with I";
    case "IOBES":
    case "BILOU": {
      const [end, single] = scheme === "IOBES" ? "ES" : "LU";
      const goesOn = next.prefix === "I" || next.prefix === end;
      if (goesOn && !(open && sameType)) {
        return `${next.prefix} goes on with an entity of its type; one begins with B or is ${single}`;
      }
      return open && !goesOn ? `an entity ends with ${end}` : undefined;
    }
    default:
      return undefined;
  }
}
