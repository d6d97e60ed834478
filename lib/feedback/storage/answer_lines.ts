/**
 * The bytes of a file of answers → its records.
 *
 * @module
 */
import { messageOf, mistakes } from "../../core/errors.ts";
import { parseJson } from "../../core/parse_json.ts";
import { type FeedbackRecord, readRecord } from "./feedback_record.ts";

/** What a file holds. */
export interface AnswerLines {
  readonly records: readonly FeedbackRecord[];
  /** Bytes from the start that are whole lines, or a last line that is whole but for its end. */
  readonly wholeBytes: number;
  /** Whether the last whole line has no line end yet. */
  readonly lacksEnd: boolean;
}

const lineEnd = 0x0a;

/**
 * Reads all lines. What follows the last line end and is no whole record was torn off while it was written; it was
 * never confirmed, and is left out. Throws one error of kind "data" with all other lines that are wrong.
 */
export function readAnswerLines(bytes: Uint8Array, file: string): AnswerLines {
  const records: FeedbackRecord[] = [];
  const wrong: string[] = [];
  let [wholeBytes, lacksEnd] = [0, false];
  for (let number = 1; wholeBytes < bytes.length; number++) {
    const end = bytes.indexOf(lineEnd, wholeBytes);
    const line = bytes.subarray(wholeBytes, end < 0 ? bytes.length : end);
    const read = line.every((each) => each <= 0x20) ? undefined : recordOf(line);
    if (end < 0 && typeof read !== "object") break;
    if (typeof read === "object") records.push(read);
    else if (read !== undefined) wrong.push(`line ${number}: ${read}`);
    lacksEnd = end < 0;
    wholeBytes = end < 0 ? bytes.length : end + 1;
  }
  if (wrong.length > 0) {
    throw mistakes("data", `${file} is no file of answers; correct or remove these lines:`, wrong);
  }
  return { records, wholeBytes, lacksEnd };
}

/** A record, or what is wrong with the line. */
function recordOf(line: Uint8Array): FeedbackRecord | string {
  try {
    return readRecord(parseJson(new TextDecoder("utf-8", { fatal: true }).decode(line)));
  } catch (error) {
    return messageOf(error);
  }
}
