/**
 * The files of a page beside its model.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { mistakes } from "../../core/errors.ts";
import { escapeHtml } from "../../core/html.ts";
import { hashFile } from "../../weights/checksum.ts";
import { type FileSize, listFiles } from "../list_files.ts";
import { readOwnFile } from "./own_file.ts";
import type { PageSettings } from "./page_settings.ts";
import { copyRuntime } from "./runtime.ts";

/** What is written as it is. */
const plainFiles = [
  "answer.js",
  "answers.js",
  "drops.js",
  "element.js",
  "form.js",
  "offline.js",
  "opened_as_file.js",
  "page.css",
  "page.js",
  "pictures.js",
  "worker.js",
] as const;

/** The longest list of labels that a page begins with. */
const mostLabels = 12;

function about({ kind, labels }: PageSettings): string {
  const named = kind === "tags"
    ? new Set(labels.filter((label) => label !== "O").map((label) => label.replace(/^[BIES]-/, "")))
    : new Set(labels);
  if (named.size === 0 || named.size > mostLabels) return "";
  return `It knows ${escapeHtml([...named].join(", "))}.`;
}

/** The builds of ONNX Runtime: with WebGPU, and the smaller one without. */
const builds = [".asyncify", ""] as const;

/** Writes the page into a folder that has the model in `model`. */
export async function writePage(
  folder: string,
  settings: PageSettings,
  { title, examples }: { readonly title: string; readonly examples: readonly string[] },
): Promise<void> {
  for (const name of plainFiles) {
    await writeFileAtomic(join(folder, name), await readOwnFile(`page/${name}`));
  }
  const index = await readOwnFile("page/index.html");
  await writeFileAtomic(
    join(folder, "index.html"),
    index.replaceAll("__TITLE__", () => escapeHtml(title)).replace("__ABOUT__", about(settings)),
  );
  await copyRuntime(folder, builds);
  const before = await listFiles(folder);
  const version = await versionOf(folder, before);
  const own = (files: readonly FileSize[]) =>
    JSON.stringify({ ...settings, title, examples, version, files }, null, 2) + "\n";
  await writeFileAtomic(join(folder, "settings.json"), own(before));
  const files = [...before.map(({ path }) => path), "settings.json"];
  const worker = await readOwnFile("page/service_worker.js");
  await writeFileAtomic(
    join(folder, "service_worker.js"),
    worker.replace("__FILES__", () => JSON.stringify({ version, files })),
  );
}

/**
 * Throws an error of kind "output" where a file is missing, has another size than `settings.json` says, or names
 * an address that is none of the page's own.
 */
export async function checkPage(folder: string): Promise<void> {
  const wrong: string[] = [];
  const { files } = JSON.parse(await Deno.readTextFile(join(folder, "settings.json")));
  const found = new Map((await listFiles(folder)).map(({ path, bytes }) => [path, bytes]));
  for (const { path, bytes } of files as readonly FileSize[]) {
    if (found.get(path) !== bytes) {
      wrong.push(`${path} has ${found.get(path) ?? 0} bytes of ${bytes}`);
    }
  }
  for (const name of [...plainFiles, "index.html", "service_worker.js"]) {
    const text = await Deno.readTextFile(join(folder, name));
    const address = /\b(?:src|href|from|import|url)\b[^\n]{0,3}["'(]\s*(?:https?:)?\/\/[^"')]*/
      .exec(text);
    if (address) wrong.push(`${name} names another address: ${address[0]}`);
  }
  if (wrong.length > 0) throw mistakes("output", "the page is not whole:", wrong);
}

/** A hash of all files: other bytes, another version. */
async function versionOf(folder: string, files: readonly FileSize[]): Promise<string> {
  const lines: string[] = [];
  for (const { path } of files) {
    lines.push(`${await hashFile(join(folder, path), "sha256")} ${path}`);
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\n")));
  return new Uint8Array(digest).toHex();
}
