/**
 * The tensors of a GGUF file under transformers' names, checked against the file.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import type { GgufHeader } from "../../core/gguf/read_gguf.ts";
import { elementsOf } from "../dtype.ts";
import type { TensorInfo } from "../weights.ts";
import type { Change, GgufArchitecture } from "./architectures/architecture.ts";
import { shapeAfter } from "./tensor_changes.ts";
import type { TensorFormat } from "./tensor_format.ts";
import { tensorFormatOf, tensorFormats } from "./tensor_formats.ts";

/** A tensor that can be read. */
export interface StoredGgufTensor {
  /** As {@link TensorInfo} tells it: float32, with the bytes that it takes in the file. */
  readonly info: TensorInfo;
  readonly format: TensorFormat;
  /** The shape in the file. */
  readonly storedShape: readonly number[];
  /** What has been done to it. */
  readonly change?: Change;
}

/** Frequencies of rotary positions, which the config tells. */
export const ropeDivisors = "rope_freqs.weight";

/**
 * Every tensor by its name in transformers; one that the architecture does not have keeps its own
 * name, so that it is reported as surplus. Throws one error for all formats that are not read, rows
 * that are no whole blocks, and tensors that lie outside the file.
 */
export function ggufTensors(
  header: GgufHeader,
  architecture: GgufArchitecture,
): Map<string, StoredGgufTensor> {
  const wrong: string[] = [];
  const unread: string[] = [];
  const tensors = new Map<string, StoredGgufTensor>();
  for (const [stored, tensor] of header.tensors) {
    const format = tensorFormatOf(tensor.type);
    if (typeof format === "string") {
      unread.push(`tensor ${stored} is ${format}`);
      continue;
    }
    const bytes = bytesIn(tensor.shape, format);
    if (bytes === undefined) {
      wrong.push(
        `tensor ${stored} has rows of ${tensor.shape.at(-1)} numbers; ${format.name} has blocks ` +
          `of ${format.blockSize}`,
      );
    } else if (!(tensor.offset + bytes <= header.size)) {
      wrong.push(
        `tensor ${stored} ends at byte ${
          tensor.offset + bytes
        }, but the file has ${header.size}; ` +
          "it is incomplete",
      );
    } else {
      const { name, change } = nameOf(architecture, stored);
      if (tensors.has(name)) wrong.push(`tensor ${stored} is there under two names`);
      tensors.set(name, {
        info: {
          dtype: "F32",
          shape: shapeAfter(change, tensor.shape),
          offset: tensor.offset,
          bytes,
        },
        format,
        storedShape: tensor.shape,
        ...(change ? { change } : {}),
      });
    }
  }
  if (unread.length > 0) {
    const names = tensorFormats.map(({ name }) => name).join(", ");
    throw mistakes("unsupported", `${header.path} has formats other than ${names}:`, unread);
  }
  if (wrong.length > 0) throw mistakes("weights", `cannot read ${header.path}:`, wrong);
  return tensors;
}

/** How many bytes a tensor takes; undefined where its rows are no whole blocks. */
export function bytesIn(shape: readonly number[], format: TensorFormat): number | undefined {
  const row = shape.at(-1) ?? 1;
  if (row % format.blockSize !== 0) return undefined;
  return elementsOf(shape) / format.blockSize * format.blockBytes;
}

/** `blk.3.attn_q.weight` → `model.layers.3.self_attn.q_proj.weight`, and what is to be undone. */
function nameOf(
  { outside, block, blocks }: GgufArchitecture,
  stored: string,
): { name: string; change?: Change } {
  const [, number, stem, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(stored) ?? [];
  if (stem === undefined) return { name: stored };
  const table = number === undefined ? outside : block;
  if (!Object.hasOwn(table, stem)) return { name: stored };
  const found = table[stem];
  const [name, change] = typeof found === "string" ? [found] : found;
  const path = number === undefined ? name : `${blocks}.${number}.${name}`;
  return { name: `${path}.${kind}`, ...(change ? { change } : {}) };
}
