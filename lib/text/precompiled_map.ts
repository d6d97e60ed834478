/**
 * SentencePiece's character maps, which T5's, XLM-R's and many other tokenizers have in the field
 * `precompiled_charsmap`: a double array of Darts and the texts that it points to.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
let graphemes: Intl.Segmenter | undefined;

/** A longer grapheme is looked up by its characters. */
const longestWholeBytes = 5;
/** Beyond so many remembered characters and graphemes the memory starts anew. */
const mostKnown = 20_000;

/**
 * The function of a character map in base64: short graphemes are looked up as a whole, others
 * character by character. As in Python's tokenizers a lookup takes the shortest entry that the
 * characters begin with, and puts its text in place of all of them.
 *
 * Throws a `TunebookError` of kind "weights" for a map that is cut off or none.
 */
export function precompiledMap(base64: unknown): (text: string) => string {
  const lookUp = readMap(base64);
  const known = new Map<string, string>();
  const normalizeGrapheme = (grapheme: string): string => {
    if (utf8.encode(grapheme).length <= longestWholeBytes) {
      const whole = lookUp(grapheme);
      if (whole !== undefined) return whole;
    }
    return Array.from(grapheme, (character) => lookUp(character) ?? character).join("");
  };
  return (text) => {
    let normalized = "";
    graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
    for (const { segment } of graphemes.segment(text)) {
      let made = known.get(segment);
      if (made === undefined) {
        if (known.size >= mostKnown) known.clear();
        known.set(segment, made = normalizeGrapheme(segment));
      }
      normalized += made;
    }
    return normalized;
  };
}

// A unit of the array has 32 bits: a label or a value, the offset of the children, flags.
const isLeafParent = 1 << 8;
const valueBits = 0x7fffffff;
const labelBits = 0x800000ff;
const offsetShift = 10;
const wideOffset = 1 << 9;
const wideShift = 6;

function readMap(base64: unknown): (chunk: string) => string | undefined {
  const { units, texts } = openMap(base64);
  const at = (position: number) => position < units.length ? units[position] : 0;
  const offsetOf = (unit: number) => (unit >>> offsetShift) << ((unit & wideOffset) >>> wideShift);
  return (chunk) => {
    let position = offsetOf(at(0));
    for (const byte of utf8.encode(chunk)) {
      if (byte === 0) return undefined;
      position ^= byte;
      const unit = at(position);
      if ((unit & labelBits) >>> 0 !== byte) return undefined;
      position ^= offsetOf(unit);
      if ((unit & isLeafParent) === 0) continue;
      const start = at(position) & valueBits;
      const end = texts.indexOf(0, start);
      return fromUtf8.decode(texts.subarray(start, end < 0 ? texts.length : end));
    }
    return undefined;
  };
}

function openMap(base64: unknown): { units: Uint32Array; texts: Uint8Array } {
  const broken = (why: string) =>
    new TunebookError(
      "weights",
      `the normalizer Precompiled has no usable precompiled_charsmap: ${why}`,
    );
  if (typeof base64 !== "string") throw broken(`it is ${shownValue(base64)}`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(base64);
  } catch {
    throw broken("it is not base64");
  }
  const header = Uint32Array.BYTES_PER_ELEMENT;
  if (bytes.length < header) throw broken(`it has ${bytes.length} bytes`);
  const size = new DataView(bytes.buffer).getUint32(0, true);
  if (size % header !== 0 || header + size > bytes.length) {
    throw broken(`its table of ${size} bytes does not fit into ${bytes.length}`);
  }
  const units = new Uint32Array(bytes.slice(header, header + size).buffer);
  return { units, texts: bytes.subarray(header + size) };
}
