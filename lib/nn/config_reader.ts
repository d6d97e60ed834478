/**
 * Reads the fields of a `config.json` and reports everything that is wrong with it at once.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";

/** Reads fields and collects mistakes. */
export interface ConfigReader {
  /** A whole number above zero. */
  size(field: string, fallback?: number): number;
  number(field: string, fallback: number): number;
  text(field: string, fallback: string): string;
  oneOf(field: string, choices: readonly string[], fallback: string): string;
  /** `part` must divide `whole`. */
  divides(part: string, partValue: number, whole: string, wholeValue: number): void;
  /** Throws one error with all mistakes, if there were any. */
  finish(): void;
}

/** Starts reading. A field that is null counts as absent. */
export function configReader(json: Readonly<Record<string, unknown>>): ConfigReader {
  const wrong: string[] = [];
  const complain = (field: string, wants: string) => {
    wrong.push(`${field} is ${JSON.stringify(json[field]) ?? "missing"}, but must be ${wants}`);
  };
  return {
    size(field, fallback) {
      const value = json[field] ?? fallback;
      if (Number.isSafeInteger(value) && value as number > 0) return value as number;
      complain(field, "a whole number above 0");
      return 1;
    },
    number(field, fallback) {
      const value = json[field] ?? fallback;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      complain(field, "a number");
      return fallback;
    },
    text(field, fallback) {
      const value = json[field] ?? fallback;
      if (typeof value === "string") return value;
      complain(field, "a text");
      return fallback;
    },
    oneOf(field, choices, fallback) {
      const value = json[field] ?? fallback;
      if (choices.includes(value as string)) return value as string;
      complain(field, choices.map((choice) => `"${choice}"`).join(" or "));
      return fallback;
    },
    divides(part, partValue, whole, wholeValue) {
      if (wholeValue % partValue !== 0) {
        wrong.push(`${part} (${partValue}) does not divide ${whole} (${wholeValue})`);
      }
    },
    finish() {
      if (wrong.length > 0) {
        throw mistakes("weights", "config.json does not describe this model:", wrong);
      }
    },
  };
}
