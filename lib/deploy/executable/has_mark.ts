/**
 * Tells executables that a deployment wrote from other files.
 *
 * @module
 */
import { executableMark } from "./program.ts";

/** Whether the mark stands somewhere in a file. */
export async function hasExecutableMark(path: string): Promise<boolean> {
  const wanted = executableMark;
  let end = "";
  using file = await Deno.open(path);
  // Each byte becomes one character, so that a mark in ASCII is found whatever stands around it.
  for await (const text of file.readable.pipeThrough(new TextDecoderStream("latin1"))) {
    const read = end + text;
    if (read.includes(wanted)) return true;
    end = read.slice(-wanted.length);
  }
  return false;
}
