/**
 * One node of a TensorFlow graph as tensorflow.js stores it.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";

/** An operator call of TensorFlow. */
export interface TfNode {
  readonly op: string;
  readonly name: string;
  /** Tensors: a node's name, or with `:1` its second result. */
  readonly inputs: readonly string[];
  /** A whole or broken number; undefined where it is not given. */
  number(attribute: string): number | undefined;
  flag(attribute: string): boolean;
  text(attribute: string): string | undefined;
  texts(attribute: string): string[];
  numbers(attribute: string): number[] | undefined;
  /** Sizes of a shape; -1 for an open one. */
  shape(attribute: string): number[] | undefined;
  type(attribute: string): string | undefined;
}

/** Reads a node of `modelTopology`. */
export function tfNode(path: string, json: unknown): TfNode {
  const { op, name, input, attr } = isRecord(json) ? json : {};
  if (typeof op !== "string" || typeof name !== "string") {
    throw new TunebookError("weights", `${path}: a node of its graph has no op or no name`);
  }
  if (/[\p{Cc}\p{Cf}]/u.test(op + name)) {
    throw new TunebookError(
      "weights",
      `${path}: a node of its graph has a name that no one can read`,
    );
  }
  const value = (attribute: string): Record<string, unknown> => {
    const found = isRecord(attr) ? attr[attribute] : undefined;
    return isRecord(found) ? found : {};
  };
  const list = (attribute: string, kind: string): unknown[] => {
    const { list } = value(attribute);
    return isRecord(list) && Array.isArray(list[kind]) ? list[kind] : [];
  };
  return {
    op,
    name,
    inputs: (Array.isArray(input) ? input : []).map(String).filter((each) => !each.startsWith("^"))
      .map(tensorName),
    number(attribute) {
      const { i, f } = value(attribute);
      const found = i ?? f;
      return found === undefined ? undefined : Number(found);
    },
    flag: (attribute) => value(attribute).b === true,
    text(attribute) {
      const { s } = value(attribute);
      return s === undefined ? undefined : decoded(s);
    },
    texts: (attribute) => list(attribute, "s").map(decoded),
    numbers(attribute) {
      const found = list(attribute, "i");
      return found.length > 0 ? found.map(Number) : undefined;
    },
    shape(attribute) {
      const { shape } = value(attribute);
      if (!isRecord(shape) || shape.unknownRank || !Array.isArray(shape.dim)) return undefined;
      return shape.dim.map((dim) => Number((dim as { size?: unknown }).size ?? -1));
    },
    type: (attribute) => value(attribute).type as string | undefined,
  };
}

/** The first result of a node has the node's name. */
export function tensorName(name: string): string {
  return name.replace(/:0$/, "");
}

/** Texts are base64 in JSON, or lists of bytes in older files. */
function decoded(text: unknown): string {
  return Array.isArray(text) ? String.fromCharCode(...text as number[]) : atob(String(text));
}
