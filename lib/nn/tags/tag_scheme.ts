/**
 * How tags of words say where an entity begins and ends: `B-PER I-PER O` for one.
 *
 * @module
 */

/**
 * A way to write entities as tags:
 *
 * - `BIO` (also IOB2): an entity begins with B and goes on with I;
 * - `IOB1`: with I, and with B only where one of the same type ends right before;
 * - `IOBES`: B, I, E for its end, S for an entity of a single word;
 * - `BILOU`: the same with L for E and U for S;
 * - `IO`: only I, so that neighbours of one type cannot be told apart;
 * - `plain`: a tag of each word by itself, such as its part of speech; there are no entities.
 */
export type TagScheme = "BIO" | "IOB1" | "IOBES" | "BILOU" | "IO" | "plain";

/** All schemes. */
export const tagSchemes: readonly TagScheme[] = ["BIO", "IOB1", "IOBES", "BILOU", "IO", "plain"];

/** The letters that each scheme knows beside O, in the order in which labels are listed. */
export const schemePrefixes: Readonly<Record<TagScheme, string>> = {
  BIO: "BI",
  IOB1: "IB",
  IOBES: "BIES",
  BILOU: "BILU",
  IO: "I",
  plain: "",
};
