/**
 * Serves a page and the files that it is made of, which ask no other server.
 *
 * @module
 */
import type { Env, Hono } from "hono";

/** A page and its files. */
export interface PageFiles {
  /** The page itself, below `lib`. */
  readonly index: string;
  /** Files below `lib`, which refer to each other as they lie there. */
  readonly files: readonly string[];
  /** Who may show the page in a frame, as `frame-ancestors` has it; nobody unless given. */
  readonly frames?: string;
  /** Reads a file below `lib`. */
  read(file: string): Promise<string>;
}

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** Everything from this server, but images that the page has made itself. */
const policy = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors ";

/** Serves the page at `/` and its files below `/page/`. */
export function servePage<E extends Env>(
  app: Hono<E>,
  { index, files, frames = "'none'", read }: PageFiles,
): void {
  const known = new Map<string, Promise<string>>();
  const textOf = (file: string) => {
    const text = known.get(file) ?? read(file);
    known.set(file, text);
    // What could not be read is tried again.
    text.catch(() => known.delete(file));
    return text;
  };
  const serve = (path: string, file: string) =>
    app.get(path, async (c) =>
      c.body(await textOf(file), 200, {
        "content-type": types[file.slice(file.lastIndexOf(".") + 1)],
        "content-security-policy": policy + frames,
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      }));
  serve("/", index);
  for (const file of files) serve(`/page/${file}`, file);
}
