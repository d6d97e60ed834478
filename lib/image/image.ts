/**
 * A picture in memory, as every reader gives it and every processor takes it.
 *
 * @module
 */

/** Grey, grey and alpha, red green blue, red green blue and alpha. */
export type Channels = 1 | 2 | 3 | 4;

/** The pixels of an image, 8 bits a channel. */
export interface Image {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Numbers for each pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (not premultiplied). */
  readonly channels: Channels;
  /** [height, width, channels], rows from the top, 0 to 255. */
  readonly data: Uint8Array;
  /** Bits of a channel in the file that it was read from; of 16, `data` holds the upper 8. */
  readonly depth?: 8 | 16;
}
