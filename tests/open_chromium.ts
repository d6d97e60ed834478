/**
 * A headless Chromium for tests of pages.
 *
 * @module
 */
import { delimiter, isAbsolute, join } from "node:path";
import { launch, type Page } from "puppeteer-core";
import { exists } from "../lib/core/exists.ts";
import { findChromium } from "./find_chromium.ts";

/** A page, with what it has asked for and what it has complained of so far. */
export interface OpenedPage {
  readonly page: Page;
  readonly asked: readonly string[];
  /** What it and its workers said in the console, and its errors. */
  readonly complaints: readonly string[];
}

/** A busy machine takes seconds to start a browser. */
const startMilliseconds = 30_000;

/**
 * Starts Chromium with an empty profile, gives `work` a page, and closes it. The page waits for
 * `milliseconds` at most for what it is asked to wait for.
 */
export async function withChromium(
  work: (opened: OpenedPage) => Promise<void>,
  milliseconds: number = startMilliseconds,
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "tunebook-chromium-" });
  const browser = await launch({
    executablePath: await pathOf(await findChromium()),
    headless: true,
    userDataDir: profile,
    timeout: startMilliseconds,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(milliseconds);
    const [asked, complaints]: [string[], string[]] = [[], []];
    page.on("request", (request) => asked.push(request.url()));
    page.on("workercreated", (worker) => {
      worker.on?.("console", (message) => complaints.push(message.text()));
    });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await work({ page, asked, complaints });
  } finally {
    await browser.close();
    await Deno.remove(profile, { recursive: true }).catch(() => {}); // Its helpers may still write.
  }
}

/** Why there is no Chromium to test with; undefined where there is one. */
export async function chromiumLack(): Promise<string | undefined> {
  return await findChromium().then(() => undefined, (error: Error) => error.message);
}

/** Where a program lies that is found on the PATH. */
async function pathOf(program: string): Promise<string> {
  if (isAbsolute(program)) return program;
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    if (await exists(join(folder, program))) return join(folder, program);
  }
  throw new Error(`${program} is not on the PATH`);
}
