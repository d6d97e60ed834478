/**
 * Turns the colours of an image around the colour circle, in 8-bit HSV that is rounded as Pillow rounds it.
 *
 * @module
 */
import type { RgbData } from "./colour_ops.ts";

/**
 * Turns the hue.
 *
 * @param share of the whole circle, −0.5 to 0.5
 */
export function withHue(data: RgbData, share: number): RgbData {
  const shift = Math.trunc(share * 255);
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    const most = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    const range = most - least;
    const hue = range === 0 ? 0 : hueOf(red, green, blue, most, range);
    const saturation = range === 0 ? 0 : Math.trunc(Math.fround(range / most) * 255);
    writeHsv(result, at, hue + shift & 255, saturation, most);
  }
  return result;
}

function hueOf(red: number, green: number, blue: number, most: number, range: number): number {
  const [r, g, b] = [red, green, blue].map((value) => Math.fround((most - value) / range));
  const sixths = Math.fround(red === most ? b - g : green === most ? 2 + r - b : 4 + g - r);
  return Math.trunc(Math.fround((sixths / 6 + 1) % 1) * 255);
}

function writeHsv(
  result: RgbData,
  at: number,
  hue: number,
  saturation: number,
  value: number,
): void {
  const sixths = hue * 6 / 255;
  const sector = Math.floor(sixths);
  const rest = Math.fround(sixths - sector);
  const share = Math.fround(saturation / 255);
  const low = Math.round(value * (1 - share));
  const falling = Math.round(value * (1 - share * rest));
  const rising = Math.round(value * (1 - share * (1 - rest)));
  const colours = [
    [value, rising, low],
    [falling, value, low],
    [low, value, rising],
    [low, falling, value],
    [rising, low, value],
    [value, low, falling],
  ];
  result.set(saturation === 0 ? [value, value, value] : colours[sector % 6], at);
}
