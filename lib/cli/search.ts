/**
 * `deno task search FILE`: how a search is, from the file that it is kept in.
 *
 * @module
 */
import { basename } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { visibleLines } from "../core/visible.ts";
import { readSearch } from "../search/store/read_search.ts";
import { searchDisplay } from "../search/views/search_display.ts";
import { showSearch } from "../search/views/show_search.ts";
import { parsedCommand } from "./command_flags.ts";

/** What `--help` prints. */
export const searchHelp = `tunebook: how a search is

usage
  deno task search FILE.sqlite    the best trials and what mattered, also while processes work on it

flags
  --aim NAME                      what is searched for, for headings; once for each aim (value)
  --html FILE                     writes a page with charts
  --json                          prints the history as JSON
  --follow                        prints a line for each trial that ends, until Ctrl-C`;

/** Exit codes: a mistake in the command, and what failed. */
const [misused, failed] = [2, 1];
/** How often a search that is followed is looked at. */
const lookMilliseconds = 1000;

/** Runs the command and returns its exit code. */
export async function search(args: readonly string[]): Promise<number> {
  try {
    const { file, aims, html, json, follow, help } = parsed(args);
    if (help) {
      console.log(searchHelp);
      return 0;
    }
    if (follow) return await followed(file, aims);
    const { history, attempts } = readSearch(file);
    if (json) {
      console.log(visibleLines(JSON.stringify(history)));
      return 0;
    }
    const shown = searchDisplay(history, { title: basename(file), attempts, ...aims });
    if (html !== undefined) await writeFileAtomic(html, await shown.html());
    console.log(String(shown));
    return 0;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    console.error(`error: ${messageOf(error)}`);
    return error.kind === "input" ? misused : failed;
  }
}

interface SearchCommand {
  readonly file: string;
  readonly aims: { readonly aims?: readonly string[] };
  readonly html: string | undefined;
  readonly json: boolean;
  readonly follow: boolean;
  readonly help: boolean;
}

function parsed(args: readonly string[]): SearchCommand {
  const yes = { type: "boolean" } as const;
  const { values, positionals } = parsedCommand(args, {
    aim: { type: "string", multiple: true },
    html: { type: "string" },
    json: yes,
    follow: yes,
    help: { ...yes, short: "h" },
  });
  const { aim, html, json = false, follow = false, help = false } = values as {
    readonly aim?: readonly string[];
    readonly html?: string;
    readonly json?: boolean;
    readonly follow?: boolean;
    readonly help?: boolean;
  };
  const [file = ""] = positionals;
  if (!help && positionals.length !== 1) {
    throw new TunebookError(
      "input",
      `name the file of one search, not ${positionals.length}. See --help.`,
    );
  }
  if (follow && (json || html !== undefined)) {
    throw new TunebookError("input", "--follow goes with neither --json nor --html");
  }
  return { file, aims: aim === undefined ? {} : { aims: aim }, html, json, follow, help };
}

/** Tells of trials as they end. Ctrl-C ends it. */
async function followed(file: string, aims: SearchCommand["aims"]): Promise<number> {
  const view = showSearch({ ...aims, say: (line) => console.log(visibleLines(line)) });
  const interrupted = Promise.withResolvers<void>();
  const stop = () => interrupted.resolve();
  let isOver = false;
  interrupted.promise.then(() => isOver = true);
  Deno.addSignalListener("SIGINT", stop);
  try {
    while (!isOver) {
      view.update(readSearch(file).history);
      const pause = Promise.withResolvers<void>();
      const timer = setTimeout(pause.resolve, lookMilliseconds);
      await Promise.race([pause.promise, interrupted.promise]);
      clearTimeout(timer);
    }
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await search(Deno.args));
