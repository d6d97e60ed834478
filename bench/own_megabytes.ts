/**
 * The memory of this process, as Linux tells it.
 *
 * @module
 */

/** Resident memory in MB: the peak or what is held now. */
export async function ownMegabytes(field: "VmHWM" | "VmRSS"): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status");
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) * 1024 / 1e6);
}
