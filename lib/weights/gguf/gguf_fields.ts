/**
 * Reads what a GGUF file says of a model's sizes, and reports all that is missing at once.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { GgufHeader } from "../../core/gguf/read_gguf.ts";

/** Reads keys without the architecture in front: `block_count` is `llama.block_count`. */
export interface GgufFields {
  readonly header: GgufHeader;
  /** A whole number above 0. A missing key reads as 1 until `finish` reports it. */
  size(key: string, fallback?: number): number;
  /** A number, rounded to the digits that float32 has; undefined where the key is absent. */
  number(key: string): number | undefined;
  /** The same where the file must have it. */
  required(key: string): number;
  text(key: string): string | undefined;
  /** Whether there is a tensor. */
  has(tensor: string): boolean;
  /** An error of kind "unsupported" that names the file and the key. */
  refuse(key: string, why: string): TunebookError;
  /** Throws one error for all keys that are missing or wrong. */
  finish(): void;
}

/** Decimal digits that tell any two float32 numbers apart are 9; most configs are written with fewer. */
const fewDigits = 7;

/** The fields of a header under the name of its architecture. */
export function ggufFields(header: GgufHeader, architecture: string): GgufFields {
  const { path, metadata, tensors } = header;
  const wrong: string[] = [];
  const named = (key: string) => `${architecture}.${key}`;
  const value = (key: string) => metadata.get(named(key));
  const fields: GgufFields = {
    header,
    size(key, fallback) {
      const found = value(key) ?? fallback;
      if (Number.isSafeInteger(found) && (found as number) > 0) return found as number;
      wrong.push(
        found === undefined
          ? `lacks the key ${named(key)}`
          : `${named(key)} is ${shown(found)}; it must be a whole number above 0`,
      );
      return 1;
    },
    number(key) {
      const found = value(key);
      if (found === undefined) return undefined;
      if (typeof found === "number" && Number.isFinite(found)) return rounded(found);
      wrong.push(`${named(key)} is ${shown(found)}; it must be a number`);
      return undefined;
    },
    required(key) {
      if (value(key) === undefined) wrong.push(`lacks the key ${named(key)}`);
      return fields.number(key) ?? 1;
    },
    text(key) {
      const found = value(key);
      if (found === undefined || typeof found === "string") return found;
      wrong.push(`${named(key)} is ${shown(found)}; it must be a text`);
      return undefined;
    },
    has: (tensor) => tensors.has(tensor),
    refuse: (key, why) =>
      new TunebookError("unsupported", `${path}: ${named(key)} is ${shown(value(key))}; ${why}`),
    finish() {
      if (wrong.length > 0) {
        throw mistakes("weights", `${path} does not describe its model:`, wrong);
      }
    },
  };
  return fields;
}

function shown(value: unknown): string {
  return typeof value === "object" ? "a list" : String(value);
}

/** 1e-5 for the float32 number 9.999999747378752e-6, which it stands for. */
function rounded(value: number): number {
  const short = Number(value.toPrecision(fewDigits));
  return Math.fround(short) === value ? short : value;
}
