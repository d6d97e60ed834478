/**
 * Removes from an installed server what other systems need: ONNX Runtime comes with its libraries for all of
 * them. It runs where an image is built, on the system that the image is for.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Packages for the C library of Alpine, which Deno itself does not run on. Their folders stay, because Deno looks
 * whether a package is installed.
 */
const otherLibrary = /^@img\+(sharp-(?:libvips-)?linuxmusl-[^@]+)@/;
const runtime = /^onnxruntime-node@/;

/** What is removed for a system, within `node_modules/.deno`. */
export async function otherSystems(
  modules: string,
  { os, arch }: Pick<typeof Deno.build, "os" | "arch">,
): Promise<string[]> {
  const found: string[] = [];
  const system = os === "windows" ? "win32" : os;
  const processor = arch === "aarch64" ? "arm64" : "x64";
  for (const name of await namesIn(modules)) {
    const [, library] = otherLibrary.exec(name) ?? [];
    if (library !== undefined) found.push(join(name, "node_modules", "@img", library, "lib"));
    if (!runtime.test(name)) continue;
    const builds = join(name, "node_modules", "onnxruntime-node", "bin");
    for (const version of await namesIn(join(modules, builds))) {
      for (const each of await namesIn(join(modules, builds, version))) {
        const home = join(builds, version, each);
        if (each !== system) found.push(home);
        else {
          const others = (await namesIn(join(modules, home))).filter((own) => own !== processor);
          found.push(...others.map((other) => join(home, other)));
        }
      }
    }
  }
  return found;
}

/** Removes it in the folder of a server. */
export async function removeOtherSystems(folder: string): Promise<void> {
  const modules = join(folder, "node_modules", ".deno");
  for (const path of await otherSystems(modules, Deno.build)) {
    await Deno.remove(join(modules, path), { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

if (import.meta.main) await removeOtherSystems(".");
