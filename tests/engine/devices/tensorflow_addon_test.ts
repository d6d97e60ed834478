import assert from "node:assert/strict";
import { join } from "node:path";
import { TunebookError } from "../../../lib/core/errors.ts";
import { loadTensorflow } from "../../../lib/engine/devices/tensorflow_addon.ts";
import { tf } from "../../../lib/engine/tf.ts";

const cpu = "@tensorflow/tfjs-node";
const gpu = "@tensorflow/tfjs-node-gpu";
const addon = join("lib", "napi-v8", "tfjs_binding.node");

/** A project folder with a made-up package. */
async function withPackage(
  name: string,
  files: Record<string, string>,
  run: (project: string) => Promise<void>,
): Promise<void> {
  const project = await Deno.makeTempDir();
  const folder = join(project, "node_modules", name);
  try {
    const manifest = JSON.stringify({ name, version: "4.22.0", main: "index.js" });
    for (const [path, text] of Object.entries({ ...files, "package.json": manifest })) {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    await run(project);
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

const whole = { [addon]: "", [join("deps", "lib", "libtensorflow.so.2")]: "" };

async function refused(project: string, ...patterns: RegExp[]): Promise<void> {
  await assert.rejects(() => loadTensorflow(project), (error) => {
    assert(error instanceof TunebookError, String(error));
    assert.equal(error.kind, "device");
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("a project without the package is told how to install it", async () => {
  const project = await Deno.makeTempDir();
  await refused(
    project,
    /not installed in /,
    /deno install --allow-scripts=npm:@tensorflow\/tfjs-node npm:@tensorflow\/tfjs-node@4\.22\.0/,
  );
  await Deno.remove(project, { recursive: true });
});

Deno.test("a package whose install script has not run is told how to run it", async () => {
  const command =
    /install script has not run.*deno install --allow-scripts=npm:@tensorflow\/tfjs-node/;
  const index = { "index.js": "" };
  await withPackage(cpu, index, (project) => refused(project, command));
  // Half of it is not enough.
  await withPackage(cpu, { ...index, [addon]: "" }, (project) => refused(project, command));
});

Deno.test("libraries that do not load are told apart, with the loader's words", async () => {
  const index = `require("./${addon}");`;
  await withPackage(
    cpu,
    { ...whole, "index.js": index },
    (project) => refused(project, /libraries do not load: .+tfjs_binding\.node/),
  );
});

Deno.test("a package that brings its own tensorflow.js is refused", async () => {
  await withPackage(
    cpu,
    { ...whole, "index.js": "" },
    (project) => refused(project, /another copy of tensorflow\.js/, /4\.22\.0/),
  );
});

Deno.test("the GPU package on a machine without its libraries is an error", async () => {
  const index = `
    const backend = { isUsingGpuDevice: false, dispose() {}, numDataIds: () => 0 };
    globalThis._tfengine.registerBackend("tensorflow", () => backend);
  `;
  const before = tf.engine().backendName;
  try {
    await withPackage(
      gpu,
      { ...whole, "index.js": index },
      (project) => refused(project, /cannot use a GPU: .*(libcudart\.so\.11\.0|no NVIDIA GPU)/),
    );
    assert.equal(tf.engine().backendName, before);
  } finally {
    tf.removeBackend("tensorflow");
  }
});

Deno.test("a lack of permission names the flags", async () => {
  const main = join(
    import.meta.dirname!,
    "..",
    "..",
    "..",
    "lib/engine/devices/tensorflow_addon.ts",
  );
  const config = join(import.meta.dirname!, "..", "..", "..", "deno.json");
  await withPackage(cpu, { ...whole, "index.js": `require("./${addon}");` }, async (project) => {
    const script = join(project, "main.ts");
    await Deno.writeTextFile(
      script,
      `import { loadTensorflow } from ${JSON.stringify(new URL(`file://${main}`).href)};
       try { await loadTensorflow(${JSON.stringify(project)}); }
       catch (error) { console.log(error.kind, error.message); }`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-read", "--allow-env", "--config", config, script],
    }).output();
    assert.match(
      new TextDecoder().decode(stdout),
      /^device .*needs permissions: run Deno with --allow-ffi --allow-read --allow-env/,
    );
  });
});
