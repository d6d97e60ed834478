/**
 * Looks at the run lengths of a Parquet page before anything is decoded: a run that claims more values
 * than the page has would fill the memory.
 *
 * @module
 */

/** Bits of a varint's byte that are part of the number. */
const varintBits = 7;
const continuesBit = 0x80;
/** A varint of 32 bits has so many bytes at most. */
const mostVarintBytes = 5;
/** Values that one group of a bit-packed run holds. */
const valuesPerGroup = 8;
/** Writers may fill the last group of a bit-packed run up, and some round up to more groups. */
const mostPadding = 1024;
const bitsPerByte = 8;

/** Runs of one stream: RLE and bit-packed ones in turn (Parquet's "hybrid" encoding). */
export interface RunStream {
  readonly bytes: Uint8Array;
  /** Where the stream begins and ends in `bytes`. */
  readonly start: number;
  readonly end: number;
  /** Bits of a value. */
  readonly width: number;
  /** The most values that it may hold. */
  readonly count: number;
}

/** Throws where a run is longer than what is left of the values, or where the stream ends before its run. */
export function checkRuns({ bytes, start, end, width, count }: RunStream): void {
  if (!(end <= bytes.length) || end < start || width > bitsPerByte * 4) {
    throw new Error("its levels or indices lie beyond their page");
  }
  let at = start;
  for (let seen = 0; seen < count && at < end;) {
    let header = 0;
    for (let i = 0;; i++) {
      if (at >= end || i === mostVarintBytes) throw new Error("a run's length is cut off");
      const byte = bytes[at++];
      header += (byte & (continuesBit - 1)) * 2 ** (varintBits * i);
      if (byte < continuesBit) break;
    }
    const isPacked = header % 2 === 1;
    const values = isPacked ? valuesPerGroup * Math.floor(header / 2) : Math.floor(header / 2);
    if (values > count - seen + (isPacked ? mostPadding : 0)) {
      throw new Error(`a run claims ${values} values where ${count - seen} are left`);
    }
    at += isPacked ? values * width / bitsPerByte : Math.ceil(width / bitsPerByte);
    seen += values;
  }
}
