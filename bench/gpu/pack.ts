/**
 * `deno task bench:gpu FOLDER`: packs the GPU bench into a folder that needs nothing but a Linux
 * machine with a GPU: Deno, ONNX Runtime, both sides' programs. Weights are made there.
 *
 * @module
 */
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { TunebookError } from "../../lib/core/errors.ts";

const maxMebibytes = 60;
const bytesPerMebibyte = 2 ** 20;
/** Brotli's highest quality takes minutes; this one packs nearly as well. */
const brotliQuality = 9;
const brotliWindow = 24;
/** Where Linux distributions keep the Vulkan loader. */
const loaders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]
  .map((folder) => `${folder}/libvulkan.so.1`);

const here = import.meta.dirname!;
const bench = join(here, "..");
const binaries = "bin/napi-v6/linux/x64";

const [folder] = Deno.args;
if (folder === undefined || Deno.args.length > 1) {
  console.error("usage: deno task bench:gpu FOLDER");
  Deno.exit(2);
}
if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
  console.error("the pack holds this machine's Deno, so it must be made on Linux on x64");
  Deno.exit(2);
}
await makePack(folder);

async function makePack(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for await (const { name } of Deno.readDir(folder)) {
    throw new TunebookError("output", `${folder} is not empty: it has ${name}`);
  }
  const files = join(folder, "files");
  const runtime = packageFolder("onnxruntime-node");
  const shared = join(runtime, "..", "onnxruntime-common");
  await copy(join(here, "run.sh"), join(folder, "run"));
  await Deno.chmod(join(folder, "run"), 0o755);
  await write(
    join(folder, "deno.gz"),
    gzipSync(await Deno.readFile(Deno.execPath()), { level: 9 }),
  );
  const library = await Deno.readFile(join(runtime, binaries, "libonnxruntime.so.1"));
  await write(
    join(folder, "libonnxruntime.so.1.br"),
    brotliCompressSync(library, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
        [constants.BROTLI_PARAM_LGWIN]: brotliWindow,
        [constants.BROTLI_PARAM_SIZE_HINT]: library.length,
      },
    }),
  );
  for (const name of ["measure", "our_process", "unpack"]) {
    await bundle(join(here, `${name}.ts`), join(files, `${name}.js`));
  }
  const modules = join(files, "node_modules");
  for (const name of ["package.json", "dist", join(binaries, "onnxruntime_binding.node")]) {
    await copy(join(runtime, name), join(modules, "onnxruntime-node", name));
  }
  for (const name of ["package.json", "dist/cjs"]) {
    await copy(join(shared, name), join(modules, "onnxruntime-common", name));
  }
  await write(
    join(files, "package.json"),
    JSON.stringify({ dependencies: { "onnxruntime-node": "*" } }),
  );
  for (
    const name of ["peer.py", "peer_lines.py", "peer_step.py", "gpu/peer.py", "gpu/plain_bert.py"]
  ) {
    await copy(join(bench, name), join(files, "peer", name));
  }
  const loader = loaders.find((path) => exists(path));
  if (loader) await copy(loader, join(files, "lib", "libvulkan.so.1"));
  else console.log("no Vulkan loader here to take along; the other machine must have its own");
  await report(folder);
}

/** One file without TypeScript and without packages, but for the runtime, which has binaries. */
async function bundle(source: string, target: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--external", "onnxruntime-node", "-o", target, source],
  }).output();
  if (success) return;
  throw new TunebookError("output", `${source}: ${new TextDecoder().decode(stderr)}`);
}

async function copy(source: string, target: string): Promise<void> {
  if (!(await Deno.stat(source)).isDirectory) {
    await write(target, await Deno.readFile(source));
    return;
  }
  for await (const { name } of Deno.readDir(source)) {
    // Maps and types are for people.
    if (!/\.(map|d\.ts)$/.test(name)) await copy(join(source, name), join(target, name));
  }
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeFile(
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
}

/** Prints what is in the pack, and refuses one that is too large. */
async function report(folder: string): Promise<void> {
  const parts = new Map<string, number>();
  let total = 0;
  for (const path of await listFiles(folder)) {
    const { size } = await Deno.stat(path);
    total += size;
    const [part] = relative(folder, path).split("/");
    parts.set(part, (parts.get(part) ?? 0) + size);
  }
  const mebibytes = (bytes: number) => (bytes / bytesPerMebibyte).toFixed(1);
  for (const [part, size] of parts) console.log(`${mebibytes(size).padStart(6)} MiB  ${part}`);
  console.log(`${mebibytes(total).padStart(6)} MiB  in all, at most ${maxMebibytes}`);
  if (total <= maxMebibytes * bytesPerMebibyte) return;
  throw new TunebookError("output", `the pack in ${folder} has more than ${maxMebibytes} MiB`);
}

async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...(isDirectory ? await listFiles(path) : [path]));
  }
  return found;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
