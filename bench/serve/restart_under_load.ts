/**
 * Ends a server while clients ask it, starts it again, and looks for what was lost.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  type HttpAnswer,
  type HttpConnection,
  NoAnswer,
  openConnection,
  requestBytes,
} from "./http_connection.ts";
import type { ServerProcess } from "./server_process.ts";

/** How to do it. */
export interface RestartOptions {
  /** Starts a server at the port, always with the same store of requests. */
  start(port: number): Promise<ServerProcess>;
  /** The SQLite file in which the server stores requests. */
  readonly store: string;
  readonly clients: number;
  /** Answers that all clients together get before each signal, and after the last start. */
  readonly answers: number;
  /** How the server is ended, one after the other. */
  readonly signals: readonly ("SIGTERM" | "SIGKILL")[];
  readonly path: string;
  readonly body: unknown;
  /** A label that is told of every tenth answer. */
  readonly label: string;
  isRight(body: string): boolean;
}

/** What the clients saw, and what was lost. */
export interface RestartResult {
  /** Whole answers; those that came with an error because the server was being stopped. */
  readonly answered: number;
  readonly refused: number;
  /** Connections that ended before, and after, the first byte of an answer, by the last signal. */
  readonly closed: Readonly<Record<string, number>>;
  readonly broken: Readonly<Record<string, number>>;
  /** Labels that the server said it had taken. */
  readonly labels: number;
  /** Exit codes of the signals. */
  readonly codes: readonly number[];
  /** Answers and labels that clients have, and the store has not. */
  readonly lostAnswers: number;
  readonly lostLabels: number;
  /** Answers that were wrong or of another status. */
  readonly faults: readonly string[];
}

const labelEvery = 10;
/** Between two tries to connect. */
const waitMilliseconds = 20;

/** Runs it; every client goes on until the last server has answered enough. */
export async function restartUnderLoad(options: RestartOptions): Promise<RestartResult> {
  const port = freePort();
  const seen = { answered: 0, refused: 0 };
  const closed: Record<string, number> = { SIGTERM: 0, SIGKILL: 0 };
  const broken = { ...closed };
  let last: "SIGTERM" | "SIGKILL" | undefined;
  const ids = new Set<string>();
  const labelled = new Set<string>();
  const faults: string[] = [];
  const codes: number[] = [];
  const more = async () => {
    const enough = seen.answered + options.answers;
    while (seen.answered < enough) await wait();
  };
  let isOver = false;
  let server = await options.start(port);
  const client = async () => {
    let connection: HttpConnection | undefined;
    const ask = async (path: string, body: unknown): Promise<HttpAnswer> => {
      connection ??= await openConnection(port);
      await connection.send(requestBytes(path, body));
      return await connection.answer();
    };
    while (!isOver) {
      try {
        const answer = await ask(options.path, options.body);
        const { status, headers, body } = answer;
        if (status === 503) {
          seen.refused++;
          if (!headers.has("retry-after")) faults.push("a 503 without Retry-After");
        } else if (status !== 200 || !options.isRight(body)) faults.push(`${status} ${body}`);
        else {
          const id = headers.get("x-request-id")!;
          ids.add(id);
          if (++seen.answered % labelEvery === 0) {
            const told = await ask("/labels", { labels: [{ id, label: options.label }] });
            if (told.status === 200 && JSON.parse(told.body).known === 1) labelled.add(id);
            else if (told.status !== 503) faults.push(`a label: ${told.status} ${told.body}`);
          }
        }
        if (headers.get("connection") !== "close") continue;
      } catch (error) {
        if (error instanceof NoAnswer && error.kind === "closed") {
          const ended = error.bytes > 0 ? broken : closed;
          if (last) ended[last]++;
          else faults.push("a connection ended that no signal had ended");
        } else if (error instanceof NoAnswer) {
          faults.push("a request was neither answered nor closed");
        } else if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
      connection?.[Symbol.dispose]();
      connection = undefined;
      await wait();
    }
    connection?.[Symbol.dispose]();
  };
  const clients = Promise.all(Array.from({ length: options.clients }, client));
  for (const signal of options.signals) {
    await more();
    last = signal;
    codes.push(await server.end(signal));
    server = await options.start(port);
  }
  await more();
  isOver = true;
  await clients;
  // The answer is older than the server.
  const [oldest] = ids;
  const told = await askOnce(port, "/labels", { labels: [{ id: oldest, label: options.label }] });
  if (told.status === 200 && JSON.parse(told.body).known === 1) labelled.add(oldest);
  else faults.push(`a label of an answer before the restarts: ${told.status} ${told.body}`);
  await server.end("SIGTERM");
  return {
    ...seen,
    closed,
    broken,
    labels: labelled.size,
    codes,
    lostAnswers: missing(options.store, "requests", ids),
    lostLabels: missing(options.store, "labels", labelled),
    faults,
  };
}

/** How many of the ids the table has not. */
function missing(file: string, table: "requests" | "labels", ids: ReadonlySet<string>): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const kept = new Set(database.prepare(`SELECT id FROM ${table}`).all().map(({ id }) => id));
    return [...ids].filter((id) => !kept.has(id)).length;
  } finally {
    database.close();
  }
}

async function askOnce(port: number, path: string, body: unknown): Promise<HttpAnswer> {
  using connection = await openConnection(port);
  await connection.send(requestBytes(path, body));
  return await connection.answer();
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function wait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
}
