/**
 * A processor as its system describes it: what Linux and macOS write, read.
 *
 * @module
 */

/**
 * The flags that are looked for, by Linux's names. On x86: float32 in vectors of 256 and 512 bits,
 * products of bfloat16, of bytes (VNNI), and in tiles (AMX). On ARM: products of bytes (`asimddp`,
 * `i8mm`) and of bfloat16, and wide vectors.
 */
export const processorFlagNames = [
  "avx2",
  "fma",
  "avx512f",
  "avx512_bf16",
  "avx_vnni",
  "avx512_vnni",
  "amx_tile",
  "amx_int8",
  "amx_bf16",
  "asimddp",
  "i8mm",
  "bf16",
  "sve",
] as const;

/** Instructions that decide how fast products are. */
export type ProcessorFlag = typeof processorFlagNames[number];

/** A processor. */
export interface HostProcessor {
  /** The name that its maker gave it, or `"unknown"`. */
  readonly name: string;
  /** The maker's numbers of the design; on ARM the implementer and the part. */
  readonly family?: number;
  readonly model?: number;
  readonly flags: ReadonlySet<ProcessorFlag>;
}

/** macOS' names of what Linux calls otherwise. */
const darwinNames: Readonly<Record<string, ProcessorFlag>> = {
  "hw.optional.avx2_0": "avx2",
  "hw.optional.fma": "fma",
  "hw.optional.avx512f": "avx512f",
  "hw.optional.avx512bf16": "avx512_bf16",
  "hw.optional.avx512vnni": "avx512_vnni",
  "hw.optional.arm.FEAT_DotProd": "asimddp",
  "hw.optional.arm.FEAT_I8MM": "i8mm",
  "hw.optional.arm.FEAT_BF16": "bf16",
  "hw.optional.arm.FEAT_SVE": "sve",
};

/**
 * Whether products of bytes are summed in 32 bits by one instruction. Without it x86 sums pairs in
 * 16 bits, which overflow where both factors use all of their range.
 *
 * @example
 * ```ts
 * import { hasByteProducts } from "./host_processor.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(hasByteProducts({ name: "one", flags: new Set(["avx2", "avx_vnni"] as const) }));
 * assert.ok(!hasByteProducts({ name: "another", flags: new Set(["avx2"] as const) }));
 * ```
 */
export function hasByteProducts({ flags }: HostProcessor): boolean {
  const names = ["avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm"] as const;
  return names.some((name) => flags.has(name));
}

/**
 * Whether there are products of bfloat16, which make other libraries' mixed precision fast.
 *
 * @example
 * ```ts
 * import { hasBfloat16Products } from "./host_processor.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(hasBfloat16Products({ name: "one", flags: new Set(["avx512_bf16"] as const) }));
 * ```
 */
export function hasBfloat16Products({ flags }: HostProcessor): boolean {
  return (["avx512_bf16", "amx_bf16", "bf16"] as const).some((name) => flags.has(name));
}

/**
 * Reads `/proc/cpuinfo` of Linux: its first processor, on x86 or ARM.
 *
 * @example
 * ```ts
 * import { readCpuinfo } from "./host_processor.ts";
 * import assert from "node:assert/strict";
 *
 * const { model, flags } = readCpuinfo("cpu family\t: 25\nmodel\t\t: 1\nflags\t\t: fpu avx2\n");
 * assert.deepEqual([model, [...flags]], [1, ["avx2"]]);
 * ```
 */
export function readCpuinfo(text: string): HostProcessor {
  const fields = linesOf(text);
  return processorOf(
    fields.get("model name"),
    fields.get("cpu family") ?? fields.get("CPU implementer"),
    fields.get("model") ?? fields.get("CPU part"),
    (fields.get("flags") ?? fields.get("Features") ?? "").split(" "),
  );
}

/**
 * Reads what macOS' `sysctl machdep.cpu hw.optional` writes.
 *
 * @example
 * ```ts
 * import { readSysctl } from "./host_processor.ts";
 * import assert from "node:assert/strict";
 *
 * const { flags } = readSysctl("hw.optional.arm.FEAT_BF16: 1\nhw.optional.arm.FEAT_SVE: 0\n");
 * assert.deepEqual([...flags], ["bf16"]);
 * ```
 */
export function readSysctl(text: string): HostProcessor {
  const fields = linesOf(text);
  return processorOf(
    fields.get("machdep.cpu.brand_string"),
    fields.get("machdep.cpu.family"),
    fields.get("machdep.cpu.model"),
    Object.keys(darwinNames).filter((key) => fields.get(key) === "1").map((key) =>
      darwinNames[key]
    ),
  );
}

/** Lines of a name, a colon and a value; the first of each name. */
function linesOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim();
    if (at > 0 && !fields.has(name)) fields.set(name, line.slice(at + 1).trim());
  }
  return fields;
}

function processorOf(
  name: string | undefined,
  family: string | undefined,
  model: string | undefined,
  flags: readonly string[],
): HostProcessor {
  return {
    name: name || "unknown",
    ...(family === undefined ? {} : { family: Number(family) }),
    ...(model === undefined ? {} : { model: Number(model) }),
    flags: new Set(processorFlagNames.filter((each) => flags.includes(each))),
  };
}
