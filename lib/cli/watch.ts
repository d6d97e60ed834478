/**
 * `deno task watch ADDRESS|FILE`: how a served model is, from its server or from a store of requests.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { readText } from "../core/read_text.ts";
import { visibleLines } from "../core/visible.ts";
import { readReport, type ReportView } from "../serve/watch/report/report_display.ts";
import { storedReport } from "../serve/watch/store/request_store.ts";
import { parsedCommand } from "./command_flags.ts";

/** What `--help` prints. */
export const watchHelp = `tunebook: how a served model is

usage
  deno task watch http://127.0.0.1:8000     asks a server that watches its models
  deno task watch requests.sqlite           the last report of a store of requests

flags
  --model NAME                   which of the server's models (the only one)
  --html FILE                    writes the report as a page with charts
  --json                         prints the report as JSON
  --api-key-file FILE            a file with a key of the server

Without an alarm it ends with 0, with one with 3.`;

/** Exit codes: a mistake in the command, what failed, and a model whose alarm is raised. */
const [misused, failed, alarmed] = [2, 1, 3];
/** A server that has not answered by then does not answer. */
const mostMilliseconds = 30_000;

/** Runs the command and returns its exit code. */
export async function watch(args: readonly string[]): Promise<number> {
  try {
    const { source, model, html, json, keyFile, help } = parsed(args);
    if (help) {
      console.log(watchHelp);
      return 0;
    }
    const report = /^https?:\/\//i.test(source)
      ? await askedReport(source, { model, keyFile })
      : readReport(storedReport(source), source);
    if (html !== undefined) await writeFileAtomic(html, await report.html());
    console.log(json ? visibleLines(JSON.stringify(report)) : String(report));
    return report.raised.length > 0 ? alarmed : 0;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    console.error(`error: ${messageOf(error)}`);
    return error.kind === "input" ? misused : failed;
  }
}

interface WatchCommand {
  readonly source: string;
  readonly model?: string | undefined;
  readonly html?: string | undefined;
  readonly json: boolean;
  readonly keyFile?: string | undefined;
  readonly help: boolean;
}

function parsed(args: readonly string[]): WatchCommand {
  const text = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  const options = {
    model: text,
    html: text,
    json: yes,
    "api-key-file": text,
    help: { ...yes, short: "h" },
  };
  const { values, positionals } = parsedCommand(args, options);
  const { model, html, json = false, help = false, ...others } = values as {
    readonly model?: string;
    readonly html?: string;
    readonly json?: boolean;
    readonly help?: boolean;
    readonly "api-key-file"?: string;
  };
  const [source = ""] = positionals;
  if (!help && positionals.length !== 1) {
    throw new TunebookError(
      "input",
      `name one server or one store of requests, not ${positionals.length}. See --help.`,
    );
  }
  const keyFile = others["api-key-file"];
  if (!help && !/^https?:/i.test(source) && (model !== undefined || keyFile !== undefined)) {
    throw new TunebookError("input", "--model and --api-key-file are for servers, not for a store");
  }
  return { source, model, html, json, keyFile, help };
}

/** The report of a server's model. */
async function askedReport(
  server: string,
  { model, keyFile }: Pick<WatchCommand, "model" | "keyFile">,
): Promise<ReportView> {
  if (!URL.canParse(server)) throw new TunebookError("input", `${server} is no address`);
  const address = new URL("watch.json", server.endsWith("/") ? server : `${server}/`);
  if (model !== undefined) address.searchParams.set("model", model);
  const headers: Record<string, string> = keyFile === undefined
    ? {}
    : { authorization: `Bearer ${await keyOf(keyFile)}` };
  let body: string;
  let status: number;
  try {
    const answer = await fetch(address, {
      headers,
      redirect: "error",
      signal: AbortSignal.timeout(mostMilliseconds),
    });
    [status, body] = [answer.status, await answer.text()];
  } catch (error) {
    throw new TunebookError("download", `${server} does not answer: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new TunebookError("download", `${server} answered with status ${status} and no JSON`);
  }
  if (status !== 200) {
    const { error } = value as { error?: { message?: unknown } };
    throw new TunebookError(
      "download",
      `${server}: ${String(error?.message ?? `status ${status}`)}`,
    );
  }
  return readReport(value, server);
}

async function keyOf(file: string): Promise<string> {
  let key: string;
  try {
    key = (await readText(file)).split("\n")[0].trim();
  } catch (error) {
    throw new TunebookError("input", `--api-key-file: ${file} cannot be read: ${messageOf(error)}`);
  }
  if (key === "") throw new TunebookError("input", `--api-key-file: ${file} has no key`);
  return key;
}

if (import.meta.main) Deno.exit(await watch(Deno.args));
