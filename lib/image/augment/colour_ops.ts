/**
 * Changes of colour, to the bits of Pillow's `ImageEnhance` and `ImageOps` but for sharpness, which may
 * differ by one. All take and give [pixels, 3] bytes.
 *
 * @module
 */

/** Red, green and blue of every pixel. */
export type RgbData = Uint8Array;

/** The shares of red, green and blue in brightness (ITU-R 601-2), in units of 2^-16, as Pillow rounds them. */
const [redShare, greenShare, blueShare, lumaBits] = [19595, 38470, 7471, 16];

/** The brightness of the pixel that starts at `at`. */
export function luma(data: RgbData, at: number): number {
  const sum = data[at] * redShare + data[at + 1] * greenShare + data[at + 2] * blueShare;
  return sum + (1 << lumaBits - 1) >> lumaBits;
}

/** From `from` at 0 to `to` at 1 and beyond, in float32 and cut off as Pillow's blend. */
function blended(from: number, to: number, factor: number): number {
  const value = Math.fround(from + Math.fround(factor * (to - from)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

/** A change that looks at one value alone, by a table of all. */
function mapped(data: RgbData, valueOf: (value: number) => number): RgbData {
  const table = Uint8Array.from({ length: 256 }, (_, value) => valueOf(value));
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) result[at] = table[data[at]];
  return result;
}

/** 0 gives black, 1 the image, more is brighter. */
export function withBrightness(data: RgbData, factor: number): RgbData {
  const share = Math.fround(factor);
  return mapped(data, (value) => blended(0, value, share));
}

/** 0 gives the mean grey, 1 the image. */
export function withContrast(data: RgbData, factor: number): RgbData {
  const share = Math.fround(factor);
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) sum += luma(data, at);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  return mapped(data, (value) => blended(mean, value, share));
}

/** 0 gives grey, 1 the image: what torchvision and Pillow call colour. */
export function withSaturation(data: RgbData, factor: number): RgbData {
  const share = Math.fround(factor);
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const grey = luma(data, at);
    for (let c = 0; c < 3; c++) result[at + c] = blended(grey, data[at + c], share);
  }
  return result;
}

/** Weights of the neighbours and of the pixel itself in Pillow's SMOOTH filter. */
const [neighbour, middle, total] = [1, 5, 13];

/** 0 gives a smoothed image, 1 the image. */
export function withSharpness(data: RgbData, factor: number, width: number): RgbData {
  const share = Math.fround(factor);
  const rowBytes = width * 3;
  const height = data.length / rowBytes;
  const result = data.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * rowBytes + 3; at < (y + 1) * rowBytes - 3; at++) {
      let sum = (middle - neighbour) * data[at];
      for (let row = at - rowBytes; row <= at + rowBytes; row += rowBytes) {
        sum += neighbour * (data[row - 3] + data[row] + data[row + 3]);
      }
      result[at] = blended(Math.floor(sum / total + 0.5), data[at], share);
    }
  }
  return result;
}

/** Keeps the upper bits. */
export function posterized(data: RgbData, bits: number): RgbData {
  const mask = 256 - (1 << 8 - bits);
  return mapped(data, (value) => value & mask);
}

/** Turns values from a threshold on to their opposite. */
export function solarized(data: RgbData, threshold: number): RgbData {
  return mapped(data, (value) => value < threshold ? value : 255 - value);
}

/** Every channel from 0 to 255. */
export function autoContrasted(data: RgbData): RgbData {
  return byTables(data, (counts) => {
    const low = counts.findIndex((count) => count > 0);
    const high = counts.findLastIndex((count) => count > 0);
    const scale = 255 / (high - low);
    return (value) =>
      high <= low ? value : Math.min(Math.max(Math.trunc(value * scale - low * scale), 0), 255);
  });
}

/** Every channel with values as even as can be. */
export function equalized(data: RgbData): RgbData {
  return byTables(data, (counts) => {
    const used = counts.filter((count) => count > 0);
    const step = used.length <= 1
      ? 0
      : Math.floor((used.reduce((sum, count) => sum + count, 0) - used[used.length - 1]) / 255);
    if (step === 0) return (value) => value;
    let sum = Math.floor(step / 2);
    const table = Array.from(counts, (count) => {
      const value = Math.min(Math.floor(sum / step), 255);
      sum += count;
      return value;
    });
    return (value) => table[value];
  });
}

/** A table for each channel out of how often each value is in it. */
function byTables(
  data: RgbData,
  tableOf: (counts: Uint32Array) => (value: number) => number,
): RgbData {
  const result = new Uint8Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const counts = new Uint32Array(256);
    for (let at = channel; at < data.length; at += 3) counts[data[at]]++;
    const valueOf = tableOf(counts);
    const table = Uint8Array.from({ length: 256 }, (_, value) => valueOf(value));
    for (let at = channel; at < data.length; at += 3) result[at] = table[data[at]];
  }
  return result;
}
