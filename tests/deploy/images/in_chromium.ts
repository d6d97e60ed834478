/**
 * What transformers.js answers in a headless Chromium, which gets everything from this machine.
 *
 * @module
 */
import { dirname, join, normalize } from "node:path";
import { packageFolder } from "../../../lib/core/package_folder.ts";
import { findChromium } from "../../find_chromium.ts";
import { askTransformersJs, type ReaderLabel, type ReaderMask } from "./ask_transformers_js.ts";
import { type DeployedImages, threshold } from "./deployed_images.ts";

/** The page says this or that when it has ended. */
type PageReport =
  | { readonly answers: readonly (readonly ReaderLabel[] | ReaderMask)[] }
  | { readonly error: string };

/** Compiling the runtime and 50 images take seconds. */
const mostSeconds = 180;

/** The answers to image files. Throws where there is no Chromium, and with what the page says went wrong. */
export async function askInChromium(
  { task, folder, labels }: DeployedImages,
  images: readonly Uint8Array<ArrayBuffer>[],
): Promise<readonly (readonly ReaderLabel[] | ReaderMask)[]> {
  const chromium = await findChromium();
  const reader = await Deno.realPath(packageFolder("@huggingface/transformers"));
  const runtime = join(reader, "..", "..", "onnxruntime-web");
  const folders = {
    transformers: join(reader, "dist"),
    onnxruntime: join(runtime, "dist"),
    models: dirname(folder),
  };
  const told = Promise.withResolvers<PageReport>();
  const paths = images.map((_, at) => `/images/${at}.png`);
  const page = pageOf({ task, model: task, labels, threshold }, paths);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") {
        told.resolve(await request.json());
        return new Response();
      }
      if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
      const image = images[paths.indexOf(pathname)];
      if (image) return new Response(image, { headers: { "content-type": "image/png" } });
      return await fileAt(pathname, folders);
    },
  );
  const profile = await Deno.makeTempDir({ prefix: "tunebook-chromium-" });
  const browser = new Deno.Command(chromium, {
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...[`--user-data-dir=${profile}`, "--remote-debugging-port=0"],
      `http://127.0.0.1:${server.addr.port}/`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(browser.stderr).text();
  const late = setTimeout(() => browser.kill("SIGKILL"), 1000 * mostSeconds);
  try {
    const report = await Promise.race([told.promise, browser.status]);
    if ("answers" in report) return report.answers;
    if ("error" in report) throw new Error(`the page failed: ${report.error}`);
    throw new Error(
      `Chromium ended within ${mostSeconds} s, code ${report.code}: ${await complaints}`,
    );
  } finally {
    clearTimeout(late);
    try {
      browser.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await browser.status;
    await complaints;
    await server.shutdown();
    await Deno.remove(profile, { recursive: true }).catch(() => {}); // Its helpers may still write.
  }
}

/** A file of the folder that the first part of the path names. */
async function fileAt(
  pathname: string,
  folders: Readonly<Record<string, string>>,
): Promise<Response> {
  const [, name, ...rest] = normalize(decodeURIComponent(pathname)).split("/");
  const types: Record<string, string> = {
    js: "text/javascript",
    mjs: "text/javascript",
    json: "application/json",
    wasm: "application/wasm",
  };
  const type = types[pathname.split(".").at(-1)!] ?? "application/octet-stream";
  if (!Object.hasOwn(folders, name)) return new Response("", { status: 404 });
  const bytes = await Deno.readFile(join(folders[name], ...rest)).catch(() => undefined);
  return bytes === undefined
    ? new Response("", { status: 404 })
    : new Response(bytes, { headers: { "content-type": type } });
}

/** The page that asks and sends what it was told. */
function pageOf(request: object, paths: readonly string[]): string {
  return `<!doctype html><meta charset="utf-8"><script type="module">
${askTransformersJs.toString()}
const send = (report) => fetch("/", { method: "POST", body: JSON.stringify(report) });
try {
  const transformers = await import("/transformers/transformers.min.js");
  transformers.env.allowLocalModels = true;
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = "/models/";
  transformers.env.backends.onnx.wasm.wasmPaths = "/onnxruntime/";
  const paths = ${JSON.stringify(paths)};
  const answers = await askTransformersJs(transformers, ${JSON.stringify(request)}, paths);
  await send({ answers });
} catch (error) {
  await send({ error: String(error?.stack ?? error) });
}
</script>`;
}
