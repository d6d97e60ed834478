/**
 * Which processor this machine has, and which instructions for products in few bits.
 *
 * @module
 */
import { type HostProcessor, readCpuinfo, readSysctl } from "./host_processor.ts";

let known: { readonly processor: HostProcessor | undefined } | undefined;

/**
 * This machine's processor, or `undefined` where nothing tells: on Windows, and in a program that
 * may not look (Linux's `/proc/cpuinfo` needs all of Deno's permissions, macOS' `sysctl` needs
 * `--allow-run=sysctl`). Nobody is asked for a permission. It is read once.
 *
 * Unknown does not mean that a flag is missing: whoever depends on one measures, or does without.
 *
 * @example
 * ```ts
 * import { processorFlags } from "./processor_flags.ts";
 *
 * const processor = processorFlags();
 * console.log(processor?.name, processor?.flags.has("avx512_vnni"));
 * ```
 */
export function processorFlags(): HostProcessor | undefined {
  known ??= { processor: askSystem() };
  return known.processor;
}

function askSystem(): HostProcessor | undefined {
  try {
    switch (Deno.build.os) {
      case "linux":
        return readLinux();
      case "darwin":
        return askDarwin();
      default:
        return undefined;
    }
  } catch (error) {
    const { NotCapable, NotFound, PermissionDenied } = Deno.errors;
    if ([NotCapable, NotFound, PermissionDenied].some((kind) => error instanceof kind)) {
      return undefined;
    }
    throw error;
  }
}

function readLinux(): HostProcessor | undefined {
  const path = "/proc/cpuinfo";
  return isGranted({ name: "read", path }) ? readCpuinfo(Deno.readTextFileSync(path)) : undefined;
}

function askDarwin(): HostProcessor | undefined {
  const command = "sysctl";
  if (!isGranted({ name: "run", command })) return undefined;
  // A node of names that this machine lacks is said on standard error.
  const { stdout } = new Deno.Command(command, { args: ["machdep.cpu", "hw.optional"] })
    .outputSync();
  return readSysctl(new TextDecoder().decode(stdout));
}

function isGranted(wanted: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(wanted).state === "granted";
}
