/**
 * Damages a file: bytes of any file, values of a JSON text, words of a text. The same random stream
 * gives the same damage.
 *
 * @module
 */
import type { Random } from "../../lib/core/random.ts";

/** A damaged file and what was done to it. */
export interface Damaged {
  readonly bytes: Uint8Array;
  readonly how: string;
}

type Damage = (bytes: Uint8Array, random: Random) => Damaged;

const byteValues = 256;
/** Descriptions of binary formats stand at the front or at the end. */
const edgeBytes = 1024;
const mostMoved = 64;

/** Somewhere in a file; half of the time near its front or its end. */
function place(random: Random, length: number): number {
  const near = random.integer(Math.min(length, edgeBytes));
  switch (random.integer(4)) {
    case 0:
      return near;
    case 1:
      return length - 1 - near;
    default:
      return random.integer(length);
  }
}

function changed(bytes: Uint8Array, at: number, random: Random): [Uint8Array, string] {
  const made = bytes.slice();
  const before = made[at];
  switch (random.integer(4)) {
    case 0:
      made[at] ^= 1 << random.integer(8);
      break;
    case 1:
      made[at] = 0xff;
      break;
    case 2:
      made[at] = 0;
      break;
    default:
      made[at] = random.integer(byteValues);
  }
  if (made[at] === before) made[at] ^= 1 + random.integer(byteValues - 1);
  return [made, `byte ${at}: ${before} → ${made[at]}`];
}

const oneByte: Damage = (bytes, random) => {
  const [made, how] = changed(bytes, place(random, bytes.length), random);
  return { bytes: made, how };
};

/** Two bytes: neighbours, or anywhere. */
const pair: Damage = (bytes, random) => {
  const first = place(random, bytes.length);
  const second = random.integer(2) === 0
    ? Math.min(bytes.length - 1, first + 1 + random.integer(mostMoved))
    : place(random, bytes.length);
  const [once, how] = changed(bytes, first, random);
  const [twice, more] = changed(once, second, random);
  return { bytes: twice, how: `${how}, ${more}` };
};

const cutOff: Damage = (bytes, random) => {
  const length = random.integer(bytes.length);
  return { bytes: bytes.slice(0, length), how: `cut off at ${length}` };
};

const moved: Damage = (bytes, random) => {
  const at = place(random, bytes.length);
  const length = 1 + random.integer(Math.min(mostMoved, bytes.length - at));
  const piece = bytes.slice(at, at + length);
  const [before, after] = [bytes.slice(0, at), bytes.slice(at + length)];
  switch (random.integer(4)) {
    case 0:
      return { bytes: joined(before, after), how: `${length} bytes at ${at} removed` };
    case 1:
      return { bytes: joined(before, piece, piece, after), how: `${length} bytes at ${at} twice` };
    case 2:
      return {
        bytes: joined(before, piece.map(() => random.integer(byteValues)), after),
        how: `${length} random bytes at ${at}`,
      };
    default: {
      const value = random.integer(2) * 0xff;
      return {
        bytes: joined(before, piece.fill(value), after),
        how: `${length} bytes at ${at} are ${value}`,
      };
    }
  }
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

const bytesDamages: readonly Damage[] = [oneByte, pair, pair, moved, cutOff];

/** Damages bytes. */
export function damageBytes(bytes: Uint8Array, random: Random): Damaged {
  if (bytes.length === 0) {
    return { bytes: Uint8Array.of(random.integer(byteValues)), how: "a byte" };
  }
  return bytesDamages[random.integer(bytesDamages.length)](bytes, random);
}

const longText = 100_000;
const deepNesting = 5_000;

/** Values that no field expects. */
const odd: readonly (() => unknown)[] = [
  () => null,
  () => -1,
  () => -5,
  () => 0,
  () => 0.5,
  () => 1e9,
  () => 1e308,
  () => 2 ** 53,
  () => Number.MAX_SAFE_INTEGER,
  () => "",
  () => "x".repeat(longText),
  () => "\u0000\u001b[2J\u202e",
  () => "constructor",
  () => true,
  () => [],
  () => ({}),
  () => [null],
  () => ({ length: 3 }),
  () => Array.from({ length: 1000 }, (_, i) => i),
];

/** Damages one value of a JSON text. Texts that are no JSON are damaged as bytes. */
export function damageJson(bytes: Uint8Array, random: Random): Damaged {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return damageBytes(bytes, random);
  }
  const places: [Record<string, unknown>, string, string][] = [];
  const walk = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key, `${path}.${key}`]);
      walk((value as Record<string, unknown>)[key], `${path}.${key}`);
    }
  };
  walk(root, "");
  // Long lists of one kind would hide the fields; a place near the root is taken half of the time.
  const near = places.filter(([, , path]) => path.split(".").length <= 3);
  const from = random.integer(2) === 0 && near.length > 0 ? near : places;
  if (from.length === 0) return damageBytes(bytes, random);
  const [owner, key, path] = from[random.integer(from.length)];
  const text = (how: string) => ({ bytes: new TextEncoder().encode(JSON.stringify(root)), how });
  switch (random.integer(6)) {
    case 0:
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else delete owner[key];
      return text(`${path} removed`);
    case 1: {
      const value = owner[key];
      delete owner[key];
      owner[`${key}\u0007`] = value;
      return text(`${path} renamed`);
    }
    case 2: {
      const other = from[random.integer(from.length)];
      owner[key] = other[0][other[1]];
      try {
        return text(`${path} is ${other[2]}`);
      } catch { // a value that contains itself
        owner[key] = null;
        return text(`${path} is null`);
      }
    }
    case 3: {
      const mark = "\u0001deep\u0001";
      owner[key] = mark;
      const nested = `${"[".repeat(deepNesting)}${"]".repeat(deepNesting)}`;
      const made = JSON.stringify(root).replace(JSON.stringify(mark), nested);
      return {
        bytes: new TextEncoder().encode(made),
        how: `${path} is nested ${deepNesting} deep`,
      };
    }
    default: {
      const at = random.integer(odd.length);
      owner[key] = odd[at]();
      return text(`${path} is odd value ${at}`);
    }
  }
}

const tokens: readonly string[] = [
  '"',
  '""',
  ",",
  "\t",
  ";",
  "\n",
  "\r",
  "\r\n",
  "\u0000",
  "\u001b[31m",
  "\ufeff",
  "\u202e",
  "{",
  "}",
  "[",
  "null",
  "-1",
  "1e999",
  "NaN",
  "__proto__",
  "constructor",
  "\\",
  "\ud800",
  "x".repeat(longText),
];

/** Puts a token into a text, or damages its bytes. */
export function damageText(bytes: Uint8Array, random: Random): Damaged {
  if (random.integer(2) === 0 || bytes.length === 0) return damageBytes(bytes, random);
  const at = place(random, bytes.length);
  const token = random.integer(tokens.length);
  const until = at + (random.integer(2) === 0 ? 0 : 1 + random.integer(mostMoved));
  const put = new TextEncoder().encode(tokens[token]);
  return {
    bytes: joined(bytes.slice(0, at), put, bytes.slice(until)),
    how: `bytes ${at} to ${until} are token ${token}`,
  };
}

const lengthBytes = 8;

/** Damages the JSON header of a safetensors file, whose length is put right, or the bytes. */
export function damageSafetensors(bytes: Uint8Array, random: Random): Damaged {
  if (random.integer(2) === 0) return damageBytes(bytes, random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = damageJson(bytes.slice(lengthBytes, lengthBytes + length), random);
  const start = new Uint8Array(lengthBytes);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.bytes.length), true);
  return {
    bytes: joined(start, header.bytes, bytes.slice(lengthBytes + length)),
    how: `header ${header.how}`,
  };
}
