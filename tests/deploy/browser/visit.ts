/**
 * A headless Chromium that visits a deployed page on a loopback server.
 *
 * @module
 */
import { join, normalize } from "node:path";
import type { Page } from "puppeteer-core";
import { withChromium } from "../../open_chromium.ts";

/** A visit of a page. */
export interface Visit {
  readonly page: Page;
  /** The address of the page. */
  readonly url: string;
  /** All addresses that the page, its worker and its service worker asked for. */
  readonly asked: readonly string[];
  /** What the page complained of. */
  readonly complaints: readonly string[];
  /** Ends the server: there is no network any more. */
  cutNetwork(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  mjs: "text/javascript",
  wasm: "application/wasm",
};

/** Compiling the runtime takes seconds on a busy machine. */
const compileMilliseconds = 120_000;

/** Serves the folder below `path` and opens it; `work` is given the page when its model is ready. */
export async function visit(
  folder: string,
  path: string,
  work: (visit: Visit) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const pathname = decodeURIComponent(new URL(request.url).pathname);
    const file = normalize(pathname).replace(path, "") || "index.html";
    if (!pathname.startsWith(path)) return new Response("", { status: 404 });
    const bytes = await Deno.readFile(join(folder, file)).catch(() => undefined);
    if (!bytes) return new Response("", { status: 404 });
    const type = types[file.split(".").at(-1)!] ?? "application/octet-stream";
    return new Response(bytes, { headers: { "content-type": type } });
  });
  let isCut = false;
  const cutNetwork = async () => {
    if (!isCut) await server.shutdown();
    isCut = true;
  };
  const url = encodeURI(`http://127.0.0.1:${server.addr.port}${path}`);
  try {
    await withChromium(async ({ page, asked, complaints }) => {
      await page.goto(url);
      await whenReady(page, complaints);
      await work({ page, url, asked, complaints, cutNetwork });
    }, compileMilliseconds);
  } finally {
    await cutNetwork();
  }
}

/** Waits until the model is open, and throws with what the page says where it cannot be. */
export async function whenReady(page: Page, complaints: readonly string[] = []): Promise<void> {
  await page.waitForFunction("document.documentElement.dataset.ready !== undefined").catch(
    (error) => {
      throw new Error(`${error}: ${complaints.join("; ")}`);
    },
  );
  const ready = await page.evaluate("document.documentElement.dataset.ready");
  if (ready === "true") return;
  const said = await page.evaluate("document.getElementById('answer').textContent");
  throw new Error(`${said} ${complaints.join("; ")}`);
}

/** Asks with what fields are given, and waits for the answer as text. */
export async function ask(page: Page, fields: Readonly<Record<string, string>>): Promise<string> {
  for (const [id, value] of Object.entries(fields)) {
    if (id === "image") {
      const file = await page.$("#image") as unknown as { uploadFile(path: string): Promise<void> };
      await file.uploadFile(value);
      continue;
    }
    await page.$eval(`#${id}`, (field, value) => {
      (field as unknown as { value: string }).value = value;
    }, value);
  }
  await page.click("button[type=submit]");
  return await answered(page);
}

/** The answer, once there is one. */
export async function answered(page: Page): Promise<string> {
  await page.waitForFunction(
    "document.getElementById('took').textContent !== '' || document.querySelector('#answer .error')",
  );
  return await page.$eval("#answer", (element) => element.textContent ?? "");
}
