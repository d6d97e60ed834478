/**
 * Files that look like tables and are none.
 *
 * @module
 */
import { join } from "node:path";

/** The folder of the good tables. */
export const golden = join(import.meta.dirname!, "..", "golden", "tables");
const bytesOf = (name: string) => Deno.readFileSync(join(golden, name));
const parquet = bytesOf("snappy.parquet");
const arrow = bytesOf("plain.arrow");
const stream = bytesOf("stream.arrows");

/** A compressed file whose first packed column claims 65,536 bytes more than it holds. */
function lying(name: string): Uint8Array {
  const bytes = bytesOf(name).slice();
  const magic = name.startsWith("lz4") ? [4, 0x22, 0x4d, 0x18] : [0x28, 0xb5, 0x2f, 0xfd];
  const at = bytes.findIndex((_, start) => magic.every((byte, i) => bytes[start + i] === byte));
  bytes[at - 8 + 2] += 1;
  return bytes;
}
const latin1 = Uint8Array.from("text\ngr\xfc\xdfe\n", (letter) => letter.charCodeAt(0));
const utf16 = Uint8Array.from([0xff, 0xfe, 0x74, 0, 0x65, 0]);

/** Name of the file, content, what the error must say. */
export const malformedFiles: [string, string | Uint8Array, RegExp][] = [
  ["empty.csv", "", /empty\.csv is empty; its first line must name the columns/],
  ["mark.csv", "\ufeff", /mark\.csv is empty/],
  ["blank.csv", "\n\n\n", /blank\.csv is empty/],
  ["open.csv", 'a,b\n"1,2\n', /open\.csv, line 2: a quoted cell begins/],
  ["open_late.csv", 'a,b\n1,2\n3,4\n5,"6\n7,8\n', /open_late\.csv, line 4: a quoted cell begins/],
  ["after.csv", 'a,b\n1,2\n"x" y,2\n', /after\.csv, line 3: text follows a closing quote/],
  ["inside.csv", 'a,b\n1,2\nx "y" z,2\n', /inside\.csv, line 3: a quote stands inside a cell/],
  ["header.csv", '"a,b\n1,2\n', /header\.csv, line 1: a quoted cell begins/],
  ["few.csv", "a,b,c\n1,2\n", /line 2: 2 cells instead of 3/],
  ["many.csv", "a,b\n1,2\n1,2,3\n", /line 3: 3 cells instead of 2/],
  ["all_ragged.csv", "a,b\n1\n1,2,3\n", /line 2: 1 cell.*\n.*line 3: 3 cells/],
  ["wide.csv", "a,b\n" + "1\n".repeat(50), /and 38 more/],
  ["commas.tsv", "a\tb\n1,2\n", /line 2: 1 cell instead of 2; ?|quote cells that contain a tab/],
  ["twice.csv", "text,label,text\na,b,c\n", /columns 1 and 3 are both named "text"/],
  ["spaced.csv", "text, text\na,b\n", /columns 1 and 2 are both named "text"/],
  ["unnamed.csv", "text,,label\na,b,c\n", /column 2 has no name/],
  ["index.csv", ",text\n0,a\n", /column 1 has no name/],
  ["proto.csv", "__proto__,a\n1,2\n", /reserved name "__proto__"/],
  ["latin1.csv", latin1, /latin1\.csv, line 2: not UTF-8/],
  ["utf16.csv", utf16, /utf16\.csv is UTF-16 text; save it as UTF-8/],
  ["binary.csv", parquet, /binary\.csv is a Parquet file; name it so/],
  ["empty.json", "", /empty\.json is empty/],
  ["cut.json", '[{"text":"a"},{"te', /cut\.json is not valid JSON: .*line 1 column 19/],
  ["comma.json", '[{"a":1},]', /comma\.json is not valid JSON/],
  ["lines.json", '{"a":1}\n{"a":2}\n', /lines\.json is JSON Lines, .*name it \.jsonl/],
  ["number.json", "3", /number\.json holds a number; a table is an array/],
  ["null.json", "null", /null\.json holds null/],
  ["text.json", '"a"', /text\.json holds a string/],
  ["mixed.json", '[{"a":1},null,[2],"x"]', /row 2: null.*\n.*row 3: an array.*\n.*row 4: a string/],
  ["record.json", '{"text":"a","label":1}', /"text" is a string, not an array/],
  ["nested.json", '{"data":{"text":["a"]}}', /"data" is an object, not an array/],
  ["unequal.json", '{"a":[1,2],"b":[1]}', /column "b" has 1 rows, "a" has 2/],
  ["proto.json", '[{"__proto__":1,"a":2}]', /reserved name "__proto__"/],
  ["unnamed.json", '[{"":1}]', /column 1 has no name/],
  ["latin1.json", latin1, /latin1\.json, line 2: not UTF-8/],
  ["one_bad.jsonl", '{"a":1}\n{"a":2\n{"a":3}\n', /one_bad\.jsonl has lines.*\n.*line 2: /],
  ["array.jsonl", '[{"a":1}]\n', /line 1: an array instead of a row object/],
  ["numbers.ndjson", "1\n\n2\n", /line 1: a number.*\n.*line 3: a number/],
  ["csv.jsonl", "text,label\na,b\n", /csv\.jsonl has lines that are not JSON/],
  ["empty.parquet", new Uint8Array(), /empty\.parquet cannot be read as Parquet/],
  ["text.parquet", "text,label\n", /text\.parquet cannot be read as Parquet/],
  ["half.parquet", parquet.slice(0, parquet.length / 2), /half\.parquet cannot be read as Parquet/],
  ["tail.parquet", parquet.slice(0, -1), /tail\.parquet cannot be read as Parquet/],
  ["head.parquet", parquet.slice(500), /head\.parquet cannot be read as Parquet/],
  ["arrow.parquet", arrow, /arrow\.parquet cannot be read as Parquet/],
  ["empty.arrow", new Uint8Array(), /empty\.arrow cannot be read as Arrow: it is empty/],
  ["half.arrow", arrow.slice(0, arrow.length / 2), /half\.arrow cannot be read as Arrow: its end/],
  ["tail.arrow", arrow.slice(0, -3), /tail\.arrow cannot be read as Arrow: its end is missing/],
  ["half.arrows", stream.slice(0, 900), /half\.arrows cannot be read as Arrow/],
  ["text.arrow", "text,label\na,b\n", /text\.arrow cannot be read as Arrow/],
  [
    "lz4.feather",
    lying("lz4.feather"),
    /lz4\.feather .* bytes of LZ4 claim to hold \d+; is it whole/,
  ],
  ["zstd.feather", lying("zstd.feather"), /zstd\.feather .*holds \d+ of the \d+ bytes it claims/],
];
