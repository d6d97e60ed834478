/**
 * How files are read, as flags say it.
 *
 * @module
 */
import type { ReadSettings } from "../table/read_table.ts";
import type { FlagReader } from "./flag_reader.ts";

/** Words for what a shell makes hard to write. */
const separators: Readonly<Record<string, string>> = { tab: "\t", "\\t": "\t", space: " " };

/** `--format`, `--quote`, `--column-separator` and `--header`; only what was given. */
export function readingOfFlags(read: FlagReader): ReadSettings {
  const [format, quote, separator] = ["format", "quote", "columnSeparator"].map((name) =>
    read.text(name)
  );
  const header = read.list("header");
  return {
    // An unknown one is told with all others when the plan is read.
    ...(format === undefined ? {} : { format: format as ReadSettings["format"] }),
    ...(quote === undefined
      ? {}
      : { quote: quote === "none" || quote === "false" ? false : quote }),
    ...(separator === undefined ? {} : { separator: separators[separator] ?? separator }),
    ...(header === undefined
      ? {}
      : { header: header.length === 1 && header[0] === "none" ? false : header }),
  };
}
