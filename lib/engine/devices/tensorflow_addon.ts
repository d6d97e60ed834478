/**
 * The opt-in backend of `@tensorflow/tfjs-node` and `@tensorflow/tfjs-node-gpu`: TensorFlow's own
 * library, on the processor or on an NVIDIA GPU.
 *
 * The package is the user's, not a dependency: it is looked up in the user's project. Each way in
 * which it can fail is an error of its own.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { tf } from "../tf.ts";

const gpuPackage = "@tensorflow/tfjs-node-gpu";
const packages = [gpuPackage, "@tensorflow/tfjs-node"];
/** What libtensorflow of tfjs-node-gpu 4.22 loads at run time. */
const gpuLibraries = [
  "libcudart.so.11.0",
  "libcublas.so.11",
  "libcublasLt.so.11",
  "libcufft.so.10",
  "libcurand.so.10",
  "libcusolver.so.11",
  "libcusparse.so.11",
  "libcudnn.so.8",
];

/** Loads the addon and registers its backend as `tensorflow`. */
export async function loadTensorflow(): Promise<void> {
  const require = createRequire(join(Deno.cwd(), "package.json"));
  restoreRemovedFunctions(require);
  const name = packages.find((each) => resolves(require, `${each}/package.json`));
  if (!name) {
    throw new TunebookError(
      "device",
      `tfjs:tensorflow is not installed. Run: deno install --allow-scripts=npm:${packages[1]} ` +
        `npm:${packages[1]}@4.22.0   (or ${gpuPackage} for an NVIDIA GPU)`,
    );
  }
  const folder = dirname(require.resolve(`${name}/package.json`));
  if (!findAddon(folder)) {
    throw new TunebookError(
      "device",
      `${name} is installed, but its install script has not run, so its library is missing. ` +
        `Run: deno install --allow-scripts=npm:${name}`,
    );
  }
  load(require, name);
  const ready = tf.findBackend("tensorflow") as { isUsingGpuDevice?: boolean } | null;
  if (!ready) {
    throw new TunebookError(
      "device",
      `${name} was loaded but registered its backend with another copy of tensorflow.js. ` +
        "Install the version 4.22.0, the one that tunebook uses.",
    );
  }
  await tf.setBackend("tensorflow");
  tf.tidy(() => tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync());
  if (name === gpuPackage && !ready.isUsingGpuDevice) throw missingGpu();
}

/** Node removed two functions that the addon's JavaScript calls. */
function restoreRemovedFunctions(require: NodeJS.Require): void {
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function resolves(require: NodeJS.Require, specifier: string): boolean {
  try {
    require.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

function findAddon(folder: string): boolean {
  try {
    Deno.statSync(join(folder, "deps", "lib", "libtensorflow.so.2"));
    const lib = join(folder, "lib");
    return [...Deno.readDirSync(lib)].some(({ name }) =>
      name.startsWith("napi-v") &&
      [...Deno.readDirSync(join(lib, name))].some((file) => file.name.endsWith(".node"))
    );
  } catch {
    return false;
  }
}

function load(require: NodeJS.Require, name: string): void {
  try {
    require(name);
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof Deno.errors.NotCapable || /requires? .*access|--allow-/i.test(message)) {
      throw new TunebookError(
        "device",
        `${name} needs permissions: run Deno with --allow-ffi --allow-read --allow-env. (${message})`,
        { cause: error },
      );
    }
    throw new TunebookError("device", `${name}: its libraries do not load: ${message}`, {
      cause: error,
    });
  }
}

/** The GPU package without its libraries runs on the processor and does not say so. */
function missingGpu(): TunebookError {
  const missing = gpuLibraries.filter((name) => {
    try {
      Deno.dlopen(name, {}).close();
      return false;
    } catch {
      return true;
    }
  });
  const reason = missing.length > 0
    ? `these libraries are missing: ${missing.join(", ")}. Install CUDA 11.2 and cuDNN 8`
    : "no NVIDIA GPU was found";
  return new TunebookError("device", `${gpuPackage} cannot use a GPU: ${reason}.`);
}
