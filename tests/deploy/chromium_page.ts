/**
 * A page in a headless Chromium that has transformers.js, and gets everything from this machine.
 *
 * @module
 */
import { join, normalize } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { findChromium } from "../find_chromium.ts";

/** The page says this or that when it has ended. */
type PageReport<Report> = { readonly report: Report } | { readonly error: string };

/** Compiling the runtime and some work take seconds. */
const mostSeconds = 180;

/** What a page does and what it may ask for. */
export interface ChromiumPage {
  /** Statements of an async function that set `report`; `transformers` is the library. */
  readonly script: string;
  /** Folders by the first part of an address. */
  readonly folders: Readonly<Record<string, string>>;
  /** Files by their address, images. */
  readonly files?: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

/** The folders of the library and of its runtime. */
export async function readerFolders(): Promise<Record<string, string>> {
  const reader = await Deno.realPath(packageFolder("@huggingface/transformers"));
  const runtime = join(reader, "..", "..", "onnxruntime-web");
  return { transformers: join(reader, "dist"), onnxruntime: join(runtime, "dist") };
}

/** What the page reports. Throws where there is no Chromium, and with what the page says went wrong. */
export async function openChromiumPage<Report>(
  { script, folders, files = {} }: ChromiumPage,
): Promise<Report> {
  const chromium = await findChromium();
  const told = Promise.withResolvers<PageReport<Report>>();
  const page = pageOf(script);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST") {
        told.resolve(await request.json());
        return new Response();
      }
      if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
      const file = files[pathname];
      if (file) return new Response(file, { headers: { "content-type": "image/png" } });
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
    if ("report" in report) return report.report;
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

/** The page that works and sends what came of it. */
function pageOf(script: string): string {
  return `<!doctype html><meta charset="utf-8"><script type="module">
const send = (said) => fetch("/", { method: "POST", body: JSON.stringify(said) });
try {
  const transformers = await import("/transformers/transformers.min.js");
  transformers.env.allowLocalModels = true;
  transformers.env.allowRemoteModels = false;
  transformers.env.backends.onnx.wasm.wasmPaths = "/onnxruntime/";
  let report;
${script}
  await send({ report });
} catch (error) {
  await send({ error: String(error?.stack ?? error) });
}
</script>`;
}
