/**
 * What a JPEG file of a quality loses; no file is written. ITU-T T.81, with the tables of its annex K scaled as the
 * Independent JPEG Group's library scales them.
 *
 * @module
 */

const block = 8;
const channels = 3;
/** Pixels on a side of what is coded together: two blocks, or one of halved colours. */
const unit = 2 * block;

/** Steps of the luminance's and of the colours' frequencies at quality 50, row by row. */
const luminance =
  "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"
    .split(" ").map(Number);
const colours =
  "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99"
    .split(" ").map(Number).concat(Array(32).fill(99));

/** The cosine transform of eight values, [frequency][position]. */
const cosines = Array.from(
  { length: block },
  (_, frequency) =>
    Array.from(
      { length: block },
      (_, position) =>
        Math.cos((2 * position + 1) * frequency * Math.PI / (2 * block)) *
        Math.sqrt((frequency === 0 ? 1 : 2) / block),
    ),
);

/** One colour of an image. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/**
 * Values from 0 to 1, [height, width, 3], after JPEG with colours at half the size.
 *
 * @param about the size in pixels, and the quality from 1 to 100
 */
export function jpegRoundTrip(
  values: Float64Array,
  { width, height, quality }: {
    readonly width: number;
    readonly height: number;
    readonly quality: number;
  },
): Float64Array {
  const [columns, rows] = [width, height].map((side) => Math.ceil(side / unit) * unit);
  const planeOf = (weights: readonly number[], offset: number): Plane => {
    // The last values go on beyond the edge, to whole blocks of the halved colours.
    const data = Float64Array.from({ length: columns * rows }, (_, pixel) => {
      const x = Math.min(width - 1, pixel % columns);
      const y = Math.min(height - 1, Math.floor(pixel / columns));
      const at = (y * width + x) * channels;
      return Math.round(
        weights.reduce((sum, weight, channel) => sum + weight * 255 * values[at + channel], offset),
      );
    });
    return { width: columns, height: rows, data };
  };
  const y = rounded(planeOf([0.299, 0.587, 0.114], 0), stepsOf(luminance, quality));
  const [cb, cr] = [
    planeOf([-0.168736, -0.331264, 0.5], 128),
    planeOf([0.5, -0.418688, -0.081312], 128),
  ].map((plane) => doubled(rounded(halved(plane), stepsOf(colours, quality)), { width, height }));
  const result = new Float64Array(values.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [blue, red] = [cb[pixel] - 128, cr[pixel] - 128];
    const light = y.data[Math.floor(pixel / width) * columns + pixel % width];
    const rgb = [
      light + 1.402 * red,
      light - 0.344136 * blue - 0.714136 * red,
      light + 1.772 * blue,
    ];
    rgb.forEach((value, channel) => result[pixel * channels + channel] = value / 255);
  }
  return result;
}

function stepsOf(table: readonly number[], quality: number): number[] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return table.map((step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
}

/** A plane whose frequencies are rounded to their steps, block by block. */
function rounded({ width, height, data }: Plane, steps: readonly number[]): Plane {
  const result = new Float64Array(data.length);
  for (let top = 0; top < height; top += block) {
    for (let left = 0; left < width; left += block) {
      const indexOf = (at: number) => (top + Math.floor(at / block)) * width + left + at % block;
      const values = Array.from({ length: block * block }, (_, at) => data[indexOf(at)] - 128);
      const frequencies = turned(values, (at, from) => cosines[at][from])
        .map((value, at) => Math.round(value / steps[at]) * steps[at]);
      turned(frequencies, (at, from) => cosines[from][at]).forEach((value, at) => {
        result[indexOf(at)] = Math.min(255, Math.max(0, Math.round(value + 128)));
      });
    }
  }
  return { width, height, data: result };
}

/** A block turned by a matrix along its rows and along its columns. */
function turned(values: readonly number[], entry: (at: number, from: number) => number): number[] {
  const along = (source: readonly number[], index: (at: number, other: number) => number) => {
    const result = Array<number>(block * block);
    for (let other = 0; other < block; other++) {
      for (let at = 0; at < block; at++) {
        let sum = 0;
        for (let from = 0; from < block; from++) {
          sum += entry(at, from) * source[index(from, other)];
        }
        result[index(at, other)] = sum;
      }
    }
    return result;
  };
  const rows = along(values, (at, other) => other * block + at);
  return along(rows, (at, other) => at * block + other);
}

/** The means of two by two pixels. */
function halved({ width, data, height }: Plane): Plane {
  const [columns, rows] = [width / 2, height / 2];
  const result = Float64Array.from({ length: columns * rows }, (_, pixel) => {
    const at = 2 * Math.floor(pixel / columns) * width + 2 * (pixel % columns);
    return Math.round((data[at] + data[at + 1] + data[at + width] + data[at + width + 1]) / 4);
  });
  return { width: columns, height: rows, data: result };
}

/** Twice the size, three parts of the nearer pixel and one of the other, as the library smooths colours. */
function doubled(plane: Plane, { width, height }: Omit<Plane, "data">): Float64Array {
  const nearest = (at: number, side: number) => {
    const near = Math.floor(at / 2);
    const last = Math.ceil(side / 2) - 1;
    return [near, Math.min(last, Math.max(0, near + (at % 2 === 0 ? -1 : 1)))];
  };
  return Float64Array.from({ length: width * height }, (_, pixel) => {
    const [nearX, farX] = nearest(pixel % width, width);
    const [nearY, farY] = nearest(Math.floor(pixel / width), height);
    const at = (x: number, y: number) => plane.data[y * plane.width + x];
    const sum = 9 * at(nearX, nearY) + 3 * at(farX, nearY) + 3 * at(nearX, farY) + at(farX, farY);
    return Math.round(sum / 16);
  });
}
