/**
 * Plain data for specifications: what JSON can hold, and dates.
 *
 * @module
 */
import { type ErrorKind, TunebookError } from "../core/errors.ts";

/** Where a value stands, for messages. */
interface Place {
  /** Whose field it is: `the channel x's`. */
  readonly where: string;
  readonly kind: ErrorKind;
  /** The field: `scale.domain[1]`. */
  readonly field?: string;
}

/**
 * A copy of options that a specification can hold: typed arrays become lists, bigints numbers, and
 * dates that are none null. Throws a `TunebookError` that names the field where a value refers to
 * itself, or is a function, a symbol or an object that is not plain.
 */
export function plainCopy<Value>(value: Value, place: Place): Value {
  return copied(value, place, []) as Value;
}

function copied(value: unknown, place: Place, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "function":
    case "symbol":
      throw refusal(place, `is a ${typeof value}`);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  if (above.includes(value)) throw refusal(place, "refers to an object that it is part of");
  const inside = [...above, value];
  const { field = "" } = place;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(
      value as ArrayLike<unknown>,
      (each, at) => copied(each, { ...place, field: `${field}[${at}]` }, inside),
    );
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return copied(value.toJSON(), place, inside);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw refusal(place, `is a ${prototype.constructor?.name ?? "class's object"}`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const inner = { ...place, field: field ? `${field}.${name}` : name };
      return [name, copied(each, inner, inside)];
    }),
  );
}

function refusal({ where, kind, field = "options" }: Place, what: string): TunebookError {
  return new TunebookError(
    kind,
    `${where} ${field} ${what}; a chart can hold numbers, texts, dates, and lists and plain objects of them`,
  );
}
