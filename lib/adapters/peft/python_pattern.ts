/**
 * Regular expressions as Python writes them, for the fields of a PEFT folder that hold some.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";

/** Python's ways of writing what JavaScript writes otherwise. */
const rewritten: readonly (readonly [RegExp, string])[] = [
  [/\(\?#[^)]*\)/g, ""],
  [/\(\?P</g, "(?<"],
  [/\(\?P=(\w+)\)/g, "\\k<$1>"],
  [/\\A/g, "^"],
  [/\\[Zz]/g, "$"],
];

/**
 * A JavaScript expression that matches what PEFT matches with `re.match(rf"(.*\.)?({source})$", path)`:
 * the end of a path after a dot, or all of it.
 *
 * @throws {TunebookError} of kind "unsupported" for an expression that only Python has
 */
export function pythonPattern(source: string, field: string): RegExp {
  const body = rewritten.reduce((text, [from, to]) => text.replace(from, to), source);
  try {
    return new RegExp(`^(?:.*\\.)?(?:${body})$`);
  } catch (error) {
    throw new TunebookError(
      "unsupported",
      `${field} has the regular expression ${
        JSON.stringify(source)
      }, which JavaScript cannot read ` +
        `(${messageOf(error)}); name the layers in full`,
      { cause: error },
    );
  }
}
