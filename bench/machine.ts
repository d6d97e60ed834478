/**
 * On what something was measured: figures of one machine say little about another.
 *
 * @module
 */
import { join } from "node:path";
import { packageFolder } from "../lib/core/package_folder.ts";
import { processorFlags } from "../lib/engine/mod.ts";
import { version } from "../lib/core/version.ts";

/** A machine and what runs on it. */
export interface Machine {
  readonly processor: string;
  /** Of the processor, as its maker numbers designs; missing where nothing tells. */
  readonly family?: number;
  readonly model?: number;
  /** Instructions that decide how fast products are: those that it has, and those that it lacks. */
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly cores: number;
  /** Of each side. */
  readonly threads: number;
  readonly system: string;
  /** Versions by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What figures are asked for, by architecture. */
const asked: Readonly<Record<typeof Deno.build.arch, readonly string[]>> = {
  x86_64: ["avx2", "avx512f", "avx512_bf16", "avx_vnni", "avx512_vnni", "amx_tile"],
  aarch64: ["asimddp", "i8mm", "bf16", "sve"],
};

/**
 * Describes this machine.
 *
 * @param peer versions of the other side's packages
 */
export function describeMachine(
  threads: number = navigator.hardwareConcurrency,
  peer: Readonly<Record<string, string>> = {},
): Machine {
  const known = processorFlags();
  const flags: ReadonlySet<string> = known?.flags ?? new Set();
  const names = asked[Deno.build.arch];
  return {
    processor: known?.name ?? "unknown processor",
    ...(known?.family === undefined ? {} : { family: known.family }),
    ...(known?.model === undefined ? {} : { model: known.model }),
    ...(known
      ? {
        has: names.filter((name) => flags.has(name)),
        lacks: names.filter((name) => !flags.has(name)),
      }
      : {}),
    cores: navigator.hardwareConcurrency,
    threads,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    versions: {
      tunebook: version,
      deno: Deno.version.deno,
      onnxruntime: versionOf("onnxruntime-node"),
      ...peer,
    },
  };
}

/** One sentence, to stand above a table. */
export function machineText(machine: Machine): string {
  const { processor, family, model, has, lacks, cores, threads, system, versions } = machine;
  const numbers = [["family", family], ["model", model]].filter(([, number]) =>
    number !== undefined
  )
    .map((each) => each.join(" "));
  const list = (names: readonly string[]) => names.length > 0 ? names.join(", ") : "none";
  const flags = has && lacks ? `has ${list(has)}; lacks ${list(lacks)}` : "its flags are not known";
  return [
    [processor, ...numbers].join(", "),
    flags,
    `${cores} cores, ${threads} ${threads === 1 ? "thread" : "threads"} a side`,
    system,
    Object.entries(versions).map((each) => each.join(" ")).join(", "),
  ].filter((each) => each).join("; ");
}

function versionOf(name: string): string {
  return JSON.parse(Deno.readTextFileSync(join(packageFolder(name), "package.json"))).version;
}
