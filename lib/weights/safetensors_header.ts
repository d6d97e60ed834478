/**
 * The header of a safetensors file, checked in full before any tensor is touched
 * (https://github.com/huggingface/safetensors#format).
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { didYouMean } from "../core/nearest.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { bytesPerElement, elementsOf, isDtype } from "./dtype.ts";
import { duplicateKey } from "./duplicate_keys.ts";
import type { TensorInfo } from "./weights.ts";

/** The first eight bytes hold the length of the JSON text that follows. */
export const LENGTH_BYTES = 8;

/** The longest header that the format's own library accepts. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Key of the free-form texts that a file may carry beside its tensors. */
export const METADATA_KEY = "__metadata__";

/** What a header says. */
export interface SafetensorsHeader {
  /** Free-form texts, such as `format: "pt"`. */
  readonly metadata: Record<string, string>;
  /** Every tensor by name, with offsets from the start of the file. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Reads the eight length bytes and refuses a length that the file cannot hold. */
export function headerLength(path: string, start: Uint8Array, fileBytes: number): number {
  if (start.length < LENGTH_BYTES) {
    throw refuse(path, `it ends after ${start.length} bytes, before the 8-byte header length`);
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw refuse(
      path,
      `its header length is ${length} bytes, over the limit of ${MAX_HEADER_BYTES}`,
    );
  }
  if (LENGTH_BYTES + Number(length) > fileBytes) {
    throw refuse(
      path,
      `its header length is ${length} bytes but the file has only ${fileBytes} bytes`,
    );
  }
  return Number(length);
}

/** Parses and checks the JSON text of a header. Throws an error that names the file and the key. */
export function parseHeader(path: string, text: Uint8Array, fileBytes: number): SafetensorsHeader {
  const json = decode(path, text);
  const entries = Object.entries(json);
  const start = LENGTH_BYTES + text.length;
  const tensors = new Map<string, TensorInfo>();
  let metadata: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (key === METADATA_KEY) metadata = checkMetadata(path, value);
    else tensors.set(key, checkTensor(path, key, value, start, fileBytes));
  }
  checkLayout(path, tensors, start, fileBytes);
  return { metadata, tensors };
}

function decode(path: string, text: Uint8Array): object {
  if (text[0] !== "{".charCodeAt(0)) {
    throw refuse(path, `its header does not start with "{"`);
  }
  let decoded: string;
  try {
    decoded = new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    throw refuse(path, "its header is not UTF-8 text");
  }
  let json: object;
  try {
    json = JSON.parse(decoded);
  } catch (error) {
    throw refuse(path, `its header is not JSON: ${messageOf(error)}`);
  }
  const repeated = duplicateKey(decoded);
  if (repeated !== undefined) {
    throw refuse(path, `its header has the key "${repeated}" twice`);
  }
  return json;
}

function checkMetadata(path: string, value: unknown): Record<string, string> {
  if (!isRecord(value)) {
    throw refuse(path, `"${METADATA_KEY}" is ${show(value)}, not an object`);
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw refuse(path, `"${METADATA_KEY}.${key}" is ${show(text)}, not a text`);
    }
  }
  return value as Record<string, string>;
}

function checkTensor(
  path: string,
  name: string,
  value: unknown,
  start: number,
  fileBytes: number,
): TensorInfo {
  const fail = (what: string) => refuse(path, `tensor "${name}": ${what}`);
  if (!isRecord(value)) {
    throw fail(`its entry is ${show(value)}, not an object`);
  }
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw fail(`unknown key "${unknown[0]}"`);
  if (!isDtype(dtype)) {
    const names = Object.keys(bytesPerElement);
    const guess = typeof dtype === "string" ? didYouMean(dtype, names) : "";
    throw fail(`dtype ${show(dtype)} is not one of ${names.join(", ")}${guess}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw fail(`shape ${show(shape)} is not a list of whole numbers from 0`);
  }
  const bytes = elementsOf(shape) * bytesPerElement[dtype];
  if (!Number.isSafeInteger(bytes)) {
    throw fail(`shape ${show(shape)} is too large`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fail(`data_offsets ${show(offsets)} is not a pair of whole numbers from 0`);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) {
    throw fail(`data_offsets ${show(offsets)} end before they begin`);
  }
  if (start + end > fileBytes) {
    throw fail(
      `data_offsets ${show(offsets)} reach beyond the file's ${
        Math.max(0, fileBytes - start)
      } data bytes; the file is incomplete, so fetch it again`,
    );
  }
  if (end - begin !== bytes) {
    throw fail(
      `${dtype} of shape ${show(shape)} takes ${bytes} bytes but data_offsets ${
        show(offsets)
      } hold ${end - begin}`,
    );
  }
  return { dtype, shape, offset: start + begin, bytes };
}

/** Tensors must fill the data bytes one after another, without holes and without overlaps. */
function checkLayout(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  start: number,
  fileBytes: number,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  let at = start;
  for (const [name, { offset, bytes }] of inOrder) {
    if (offset > at) {
      throw refuse(path, `tensor "${name}": a hole of ${offset - at} bytes lies before it`);
    }
    if (offset < at) {
      throw refuse(
        path,
        `tensor "${name}": it overlaps the tensor before it by ${at - offset} bytes`,
      );
    }
    at = offset + bytes;
  }
  if (at !== fileBytes) {
    const last = inOrder.at(-1)?.[0];
    const place = last === undefined ? "its header" : `its last tensor "${last}"`;
    throw refuse(path, `${fileBytes - at} surplus bytes follow ${place}`);
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const SHOWN_CHARACTERS = 80;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function refuse(path: string, what: string): TunebookError {
  const shown = what.length > 1000 ? `${what.slice(0, 1000)}…` : what;
  return new TunebookError("weights", `${path} is not a valid safetensors file: ${shown}`);
}
