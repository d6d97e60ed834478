/**
 * Looks for what a provider of ONNX Runtime needs, before the runtime itself looks for it: that
 * would print lines to the terminal that no program can hold back.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { packageFolder } from "../../core/package_folder.ts";
import type { Provider } from "./onnx_session.ts";

/** One line that says what is missing, or `undefined` where nothing obvious is. */
export function providerLack(provider: Provider): string | undefined {
  if (provider === "cuda") return cudaLack();
  if (provider === "webgpu" && Deno.build.os === "linux" && !loads("libvulkan.so.1")) {
    return "Vulkan is missing (libvulkan.so.1); install the GPU's driver with Vulkan";
  }
  return undefined;
}

function cudaLack(): string | undefined {
  const { os, arch } = Deno.build;
  if (os === "darwin" || arch !== "x86_64") {
    return "ONNX Runtime has CUDA for Linux and Windows on x64 only";
  }
  const isWindows = os === "windows";
  const driver = isWindows ? "nvcuda.dll" : "libcuda.so.1";
  if (!loads(driver)) return `there is no NVIDIA driver (${driver})`;
  const library = isWindows ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  if (!liesBesideRuntime(library)) {
    return `${library} is missing beside onnxruntime-node; ` +
      "run: deno install --allow-scripts=npm:onnxruntime-node";
  }
  return undefined;
}

/** The install script puts a provider's library into the folder of the package's own binary. */
function liesBesideRuntime(library: string): boolean {
  const binaries = join(packageFolder("onnxruntime-node"), "bin");
  return [...Deno.readDirSync(binaries)].some(({ name }) =>
    [...readFolder(join(binaries, name, process.platform, process.arch))].includes(library)
  );
}

function* readFolder(folder: string): Iterable<string> {
  try {
    for (const { name } of Deno.readDirSync(folder)) yield name;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
}

function loads(library: string): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch (error) {
    // Without the permission to look, the runtime has to find out.
    return error instanceof Deno.errors.NotCapable;
  }
}
