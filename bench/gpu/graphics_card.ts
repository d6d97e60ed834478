/**
 * What a machine says of its graphics card.
 *
 * @module
 */

/** Names of the NVIDIA cards with their drivers, or nothing where `nvidia-smi` is not there. */
export async function cardNames(): Promise<string[]> {
  return await query("name,driver_version");
}

/** The memory in use on the first card in MiB, by all programs, or `undefined`. */
export async function usedMegabytes(): Promise<number | undefined> {
  const [used] = await query("memory.used");
  return used === undefined ? undefined : Number(used);
}

/** What WebGPU calls the adapter; Deno's own WebGPU looks for it in the same drivers. */
export async function adapterName(): Promise<string> {
  const { gpu } = navigator as { gpu?: Gpu };
  const info = (await gpu?.requestAdapter({ powerPreference: "high-performance" }))?.info;
  if (!info) return "no adapter";
  return [info.vendor, info.device, info.description].filter(Boolean).join(" · ");
}

interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<
    { readonly info: Readonly<Record<"vendor" | "device" | "description", string>> } | null
  >;
}

async function query(fields: string): Promise<string[]> {
  try {
    const { stdout, success } = await new Deno.Command("nvidia-smi", {
      args: [`--query-gpu=${fields}`, "--format=csv,noheader,nounits"],
      stderr: "null",
    }).output();
    if (!success) return [];
    return new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
