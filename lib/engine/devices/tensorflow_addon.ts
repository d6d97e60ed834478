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
const cpuPackage = "@tensorflow/tfjs-node";
const packages = [gpuPackage, cpuPackage];
/** The version whose tensorflow.js is the one that is used here. */
const version = "4.22.0";
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

/**
 * Loads the addon that is installed in the user's project and makes its backend `tensorflow` the
 * present one.
 *
 * @param projectFolder the folder with the user's `node_modules`
 */
export async function loadTensorflow(projectFolder: string): Promise<void> {
  const require = createRequire(join(projectFolder, "package.json"));
  restoreRemovedFunctions(require);
  const name = packages.find((each) => resolves(require, each));
  if (!name) {
    throw new TunebookError(
      "device",
      `tfjs:tensorflow is not installed in ${projectFolder}. Run there: deno install ` +
        `--allow-scripts=npm:${cpuPackage} npm:${cpuPackage}@${version}   ` +
        `(or ${gpuPackage} for an NVIDIA GPU)`,
    );
  }
  if (!hasLibraries(dirname(require.resolve(`${name}/package.json`)), name)) {
    throw new TunebookError(
      "device",
      `${name} is installed, but its install script has not run, so its library is missing. Set ` +
        `"nodeModulesDir": "auto" in deno.json and run: deno install --allow-scripts=npm:${name}`,
    );
  }
  load(require, name);
  const backend = tf.findBackend("tensorflow") as { isUsingGpuDevice?: boolean } | null;
  if (!backend) {
    throw new TunebookError(
      "device",
      `${name} was loaded but registered its backend with another copy of tensorflow.js. ` +
        `Install the version ${version}, the one that tunebook uses.`,
    );
  }
  if (name === gpuPackage && !backend.isUsingGpuDevice) throw missingGpu();
  await tf.setBackend("tensorflow");
  tf.tidy(() => tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync());
}

/** Node removed two functions that the addon's JavaScript calls. */
function restoreRemovedFunctions(require: NodeJS.Require): void {
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function resolves(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    refuseLackOfPermission(name, error);
    return false;
  }
}

/** The install script fetches TensorFlow's library and builds or fetches the addon. */
function hasLibraries(folder: string, name: string): boolean {
  const has = (path: string, pattern: RegExp) =>
    [...Deno.readDirSync(join(folder, path))].filter((entry) => pattern.test(entry.name));
  try {
    return has(join("deps", "lib"), /^(lib)?tensorflow\b.*\.(so|dylib|dll|lib)/).length > 0 &&
      has("lib", /^napi-v/).some(({ name }) => has(join("lib", name), /\.node$/).length > 0);
  } catch (error) {
    refuseLackOfPermission(name, error);
    return false;
  }
}

function load(requireFrom: NodeJS.Require, name: string): void {
  try {
    requireFrom(name);
  } catch (error) {
    refuseLackOfPermission(name, error);
    throw new TunebookError(
      "device",
      `${name}: its libraries do not load: ${
        messageOf(error)
      }. Delete its folder in node_modules ` +
        `and run: deno install --allow-scripts=npm:${name}`,
      { cause: error },
    );
  }
}

function refuseLackOfPermission(name: string, error: unknown): void {
  const message = messageOf(error);
  if (!(error instanceof Deno.errors.NotCapable) && !/requires? \w+ access/i.test(message)) return;
  throw new TunebookError(
    "device",
    `${name} needs permissions: run Deno with --allow-ffi --allow-read --allow-env. (${message})`,
    { cause: error },
  );
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
