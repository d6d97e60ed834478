/**
 * JSON schemas at random, out of everything that a grammar follows.
 *
 * @module
 */
import type { Random } from "../../../lib/core/random.ts";

type Json = Record<string, unknown>;

const names = ["a", "ab", "name", 'quo"te', "年齢", "", "back\\slash", "a b"];
const patterns = [
  "^[a-f]{2,4}$",
  "^\\d{4}-\\d{2}$",
  "b",
  "^x|y$",
  '^["\\\\]+$',
  "^(?:foo|ba[rz])?\\n[^a-z]$",
  "^\\p{Lu}.$",
  "^$",
];

/** A schema of at most `depth` levels. */
export function randomSchema(random: Random, depth: number): Json {
  const kinds = [
    string,
    integer,
    number,
    simple,
    values,
    ...(depth > 0 ? [object, array, any] : []),
  ];
  return kinds[random.integer(kinds.length)](random, depth);
}

function object(random: Random, depth: number): Json {
  const chosen = random.shuffle([...names]).slice(0, random.integer(4));
  const properties = Object.fromEntries(
    chosen.map((name) => [name, randomSchema(random, depth - 1)]),
  );
  const others = [undefined, false, true, randomSchema(random, 0)][random.integer(4)];
  const required = chosen.filter(() => random.uniform() < 0.5);
  if (others !== false && random.uniform() < 0.2) required.push("extra");
  return {
    type: "object",
    properties,
    required,
    ...(others === undefined ? {} : { additionalProperties: others }),
  };
}

function array(random: Random, depth: number): Json {
  const prefixItems = Array.from(
    { length: random.integer(3) },
    () => randomSchema(random, depth - 1),
  );
  const minItems = random.integer(3);
  const isTuple = prefixItems.length > 0;
  return {
    type: "array",
    items: isTuple && minItems <= prefixItems.length && random.uniform() < 0.3
      ? false
      : randomSchema(random, depth - 1),
    minItems,
    maxItems: Math.max(minItems, prefixItems.length) + random.integer(3),
    ...(isTuple ? { prefixItems } : {}),
  };
}

function any(random: Random, depth: number): Json {
  return { anyOf: [randomSchema(random, depth - 1), randomSchema(random, depth - 1)] };
}

function string(random: Random): Json {
  if (random.uniform() < 0.5) {
    return { type: "string", pattern: patterns[random.integer(patterns.length)] };
  }
  const minLength = random.integer(3);
  return { type: "string", minLength, maxLength: minLength + random.integer(4) };
}

function integer(random: Random): Json {
  const minimum = random.integer(3000) - 1500;
  const maximum = minimum + random.integer(2000);
  const bounds = [{}, { minimum }, { maximum }, { minimum, maximum }, {
    exclusiveMinimum: minimum - 0.5,
    exclusiveMaximum: maximum + 1,
  }];
  return { type: "integer", ...bounds[random.integer(bounds.length)] };
}

function number(): Json {
  return { type: "number" };
}

function simple(random: Random): Json {
  return { type: [["boolean", "null"], "boolean", "null", ["null", "integer"]][random.integer(4)] };
}

function values(random: Random): Json {
  const all = ["yes", 'a "b"', "日本", 3, -1.5, null, true, ["x", 1], { k: [] }];
  const list = random.shuffle(all).slice(0, 1 + random.integer(4));
  return random.uniform() < 0.5 ? { enum: list } : { const: list[0] };
}
