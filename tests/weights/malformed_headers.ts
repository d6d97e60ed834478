/**
 * Safetensors files whose header is cut, wrong or a lie.
 *
 * @module
 */

/** A file with this header text and so many data bytes; `length` lies about the header's length. */
export function file(header: string | Uint8Array, dataBytes = 0, length?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** A file with one F32 tensor `w` of shape [2], some of whose properties are replaced. */
export function tensor(changes: Record<string, unknown>, dataBytes = 8): Uint8Array {
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8], ...changes };
  return file(JSON.stringify({ w: entry }), dataBytes);
}

/** A file with F32 tensors at these offsets. */
function layout(offsets: Record<string, [number, number]>, dataBytes: number): Uint8Array {
  const entries = Object.entries(offsets).map(([name, [begin, end]]) => [
    name,
    { dtype: "F32", shape: [(end - begin) / 4], data_offsets: [begin, end] },
  ]);
  return file(JSON.stringify(Object.fromEntries(entries)), dataBytes);
}

/** The header of a whole file. */
export const good = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';

/** What is wrong · the bytes · what the message must name beside the file. */
export const malformedHeaders: [string, Uint8Array, RegExp][] = [
  // Length
  ["no bytes", new Uint8Array(0), /ends after 0 bytes/],
  ["one byte", new Uint8Array(1), /ends after 1 bytes/],
  ["seven bytes", new Uint8Array(7), /ends after 7 bytes/],
  ["length only", file(good, 0, 54n).slice(0, 8), /header length is 54 bytes but/],
  ["zero length", file("", 0), /does not start with "\{"/],
  ["zero length before data", file("", 8), /does not start with "\{"/],
  ["length one beyond the file", file(good, 8, 63n), /header length is 63 bytes but/],
  ["length of 100 MB and one", file(good, 8, 100_000_001n), /over the limit of 100000000/],
  ["length of 100 MB", file(good, 8, 100_000_000n), /header length is 100000000 bytes but/],
  ["length of 2^63", file(good, 8, 2n ** 63n), /over the limit/],
  ["length of 2^64 - 1", file(good, 8, 2n ** 64n - 1n), /over the limit/],
  ["length too short", file(good, 8, 20n), /not JSON/],
  ["header cut off", file(good, 8).slice(0, 30), /header length is 54 bytes but/],
  // Text
  ["a zip file", new TextEncoder().encode("PK\x03\x04\0\0\0\0archive/data.pkl"), /header length/],
  ["git-lfs pointer", new TextEncoder().encode("version https://git-lfs"), /header length/],
  ["an HTML page", new TextEncoder().encode("<!doctype html><html>"), /header length/],
  ["leading space", file(` ${good}`, 8), /does not start with "\{"/],
  ["byte order mark", file(`\ufeff${good}`, 8), /does not start with "\{"/],
  ["a list", file("[]"), /does not start with "\{"/],
  ["null", file("null"), /does not start with "\{"/],
  ["zeros", file(new Uint8Array(16)), /does not start with "\{"/],
  ["not UTF-8", file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not UTF-8/],
  ["unclosed", file('{"w":'), /not JSON/],
  ["trailing comma", file('{"w":1,}'), /not JSON/],
  ["single quotes", file("{'w':1}"), /not JSON/],
  ["text after the object", file(`${good}x`, 8), /not JSON/],
  ["two objects", file(`${good}${good}`, 8), /not JSON/],
  ["zero padding", file(`${good}\0\0`, 8), /not JSON/],
  ["deep nesting", file(`{"w":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), /"w"/],
  ["NaN", file('{"w":NaN}'), /not JSON/],
  // Keys
  ["a tensor twice", file(`{${good.slice(1, -1)},${good.slice(1, -1)}}`, 8), /key "w" twice/],
  [
    "a property twice",
    file('{"w":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}', 8),
    /key "dtype" twice/,
  ],
  ["metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), /key "__metadata__" twice/],
  ["a metadata key twice", file('{"__metadata__":{"a":"1","a":"2"}}'), /key "a" twice/],
  // Metadata
  ["metadata null", file('{"__metadata__":null}'), /"__metadata__" is null/],
  ["metadata a list", file('{"__metadata__":["pt"]}'), /"__metadata__" is \["pt"\]/],
  ["metadata a text", file('{"__metadata__":"pt"}'), /"__metadata__" is "pt"/],
  ["metadata number", file('{"__metadata__":{"step":3}}'), /"__metadata__\.step" is 3/],
  ["metadata object", file('{"__metadata__":{"a":{"b":"c"}}}'), /"__metadata__\.a"/],
  ["metadata value null", file('{"__metadata__":{"a":null}}'), /"__metadata__\.a" is null/],
  // Entry
  ["entry null", file('{"w":null}'), /"w": its entry is null/],
  ["entry a number", file('{"w":1}'), /"w": its entry is 1/],
  ["entry a list", file('{"w":[]}'), /"w": its entry is \[\]/],
  ["entry empty", file('{"w":{}}'), /"w": dtype missing/],
  ["surplus property", tensor({ stride: [1] }), /"w": unknown key "stride"/],
  // Dtype
  ["dtype absent", tensor({ dtype: undefined }), /"w": dtype missing/],
  ["dtype unknown", tensor({ dtype: "F33" }), /"w": dtype "F33".*did you mean/],
  ["dtype lower case", tensor({ dtype: "f32" }), /"w": dtype "f32".*did you mean "F32"/],
  ["dtype of a prototype", tensor({ dtype: "toString" }), /"w": dtype "toString"/],
  ["dtype a number", tensor({ dtype: 32 }), /"w": dtype 32/],
  ["dtype null", tensor({ dtype: null }), /"w": dtype null/],
  // Shape
  ["shape absent", tensor({ shape: undefined }), /"w": shape missing/],
  ["shape null", tensor({ shape: null }), /"w": shape null/],
  ["shape a number", tensor({ shape: 2 }), /"w": shape 2/],
  ["shape an object", tensor({ shape: { 0: 2 } }), /"w": shape \{"0":2\}/],
  ["shape negative", tensor({ shape: [-2] }), /"w": shape \[-2\]/],
  ["shape twice negative", tensor({ shape: [-1, -2] }), /"w": shape \[-1,-2\]/],
  ["shape fractional", tensor({ shape: [0.5, 4] }), /"w": shape \[0\.5,4\]/],
  ["shape of texts", tensor({ shape: ["2"] }), /"w": shape \["2"\]/],
  ["shape of null", tensor({ shape: [null] }), /"w": shape \[null\]/],
  ["shape nested", tensor({ shape: [[2]] }), /"w": shape \[\[2\]\]/],
  ["shape over 2^53", tensor({ shape: [2 ** 53] }), /"w": shape/],
  ["shape whose product is huge", tensor({ shape: [2 ** 40, 2 ** 40] }), /"w": shape .*too large/],
  ["shape infinite", file('{"w":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}', 8), /"w"/],
  ["shape too small", tensor({ shape: [1] }), /"w": F32 of shape \[1\] takes 4 bytes.* hold 8/],
  ["shape too large", tensor({ shape: [3] }), /"w": F32 of shape \[3\] takes 12 bytes.* hold 8/],
  ["shape with a zero", tensor({ shape: [2, 0] }), /"w": F32 of shape \[2,0\] takes 0 bytes/],
  ["shape empty", tensor({ shape: [] }), /"w": F32 of shape \[\] takes 4 bytes/],
  ["shape for another dtype", tensor({ dtype: "I64" }), /"w": I64 of shape \[2\] takes 16 bytes/],
  ["a very long shape", tensor({ shape: Array(100_000).fill(1) }), /"w": F32 of shape .*…/],
  // Offsets
  ["offsets absent", tensor({ data_offsets: undefined }), /"w": data_offsets missing/],
  ["offsets null", tensor({ data_offsets: null }), /"w": data_offsets null/],
  ["one offset", tensor({ data_offsets: [8] }), /"w": data_offsets \[8\]/],
  ["three offsets", tensor({ data_offsets: [0, 4, 8] }), /"w": data_offsets \[0,4,8\]/],
  ["offsets an object", tensor({ data_offsets: { 0: 0, 1: 8 } }), /"w": data_offsets/],
  ["offsets texts", tensor({ data_offsets: ["0", "8"] }), /"w": data_offsets \["0","8"\]/],
  ["offsets fractional", tensor({ data_offsets: [0.5, 8.5] }), /"w": data_offsets \[0\.5,8\.5\]/],
  ["offsets negative", tensor({ data_offsets: [-8, 0] }), /"w": data_offsets \[-8,0\]/],
  ["offsets reversed", tensor({ data_offsets: [8, 0] }), /"w": data_offsets \[8,0\] end before/],
  ["offsets beyond the file", tensor({ data_offsets: [8, 16] }), /"w": .*beyond the file's 8/],
  ["offsets over 2^53", tensor({ data_offsets: [0, 2 ** 53] }), /"w": data_offsets/],
  ["data cut off", tensor({}, 7), /"w": .*beyond the file's 7 data bytes; the file is incomplete/],
  ["no data", tensor({}, 0), /"w": .*beyond the file's 0 data bytes/],
  [
    "a petabyte",
    tensor({ shape: [2 ** 48], data_offsets: [0, 2 ** 50] }),
    /"w": .*beyond the file's 8 data bytes/,
  ],
  // Layout
  ["surplus byte", tensor({}, 9), /1 surplus bytes follow its last tensor "w"/],
  ["data without tensors", file("{}", 4), /4 surplus bytes follow its header/],
  ["hole at the start", layout({ w: [4, 8] }, 8), /"w": a hole of 4 bytes/],
  ["hole between", layout({ a: [0, 4], b: [8, 12] }, 12), /"b": a hole of 4 bytes/],
  ["overlap", layout({ a: [0, 8], b: [4, 12] }, 12), /"b": it overlaps .* by 4 bytes/],
  ["the same place", layout({ a: [0, 4], b: [0, 4] }, 4), /"b": it overlaps/],
  ["one inside another", layout({ a: [0, 12], b: [4, 8] }, 12), /"b": it overlaps/],
];
