/**
 * Many connections at once, each with a request.
 *
 * @module
 */
import { NoAnswer, openConnection, requestBytes } from "./http_connection.ts";

/** What is asked. */
export interface ManyConnectionsOptions {
  readonly port: number;
  readonly connections: number;
  readonly path: string;
  readonly body: unknown;
}

/** What came of them. */
export interface ManyConnectionsResult {
  readonly answered: number;
  /** Told to come again, with the time when. */
  readonly refused: number;
  /** Answered otherwise, closed, or silent. */
  readonly faults: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
}

/** Opens all connections, and asks on all of them when the last one is open. */
export async function manyConnections(
  { port, connections, path, body }: ManyConnectionsOptions,
): Promise<ManyConnectionsResult> {
  const open = [];
  for (let at = 0; at < connections; at++) open.push(await openConnection(port));
  const bytes = requestBytes(path, body);
  const found = { answered: 0, refused: 0, faults: 0 };
  const start = performance.now();
  try {
    await Promise.all(open.map(async (connection) => {
      try {
        await connection.send(bytes);
        const { status, headers } = await connection.answer();
        if (status === 200) found.answered++;
        else if (status === 429 && Number(headers.get("retry-after")) > 0) found.refused++;
        else found.faults++;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        found.faults++;
      }
    }));
  } finally {
    for (const connection of open) connection[Symbol.dispose]();
  }
  return { ...found, seconds: (performance.now() - start) / 1000 };
}
