/**
 * The load: clients that each ask for the next answer when they have the last one.
 *
 * @module
 */
import { type HttpAnswer, openConnection, requestBytes } from "./http_connection.ts";

/** What is asked. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** Bodies that are sent in turns. */
  readonly bodies: readonly unknown[];
  readonly clients: number;
  /** Requests of all clients together. */
  readonly requests: number;
}

/** How long answers took. */
export interface LoadResult {
  readonly seconds: number;
  /** Milliseconds of each request, in no order. */
  readonly milliseconds: readonly number[];
  /** Answers of another status than 200. */
  readonly refused: number;
}

/**
 * Sends requests over one connection for each client and waits for all answers. Throws where a connection
 * breaks.
 */
export async function closedLoop(
  { port, path, bodies, clients, requests }: Load,
  onAnswer: (answer: HttpAnswer, number: number) => void = () => {},
): Promise<LoadResult> {
  const all = bodies.map((body) => requestBytes(path, body));
  const milliseconds: number[] = [];
  let refused = 0;
  let begun = 0;
  const client = async () => {
    using connection = await openConnection(port);
    while (begun < requests) {
      const number = begun++;
      const start = performance.now();
      await connection.send(all[number % all.length]);
      const answer = await connection.answer();
      milliseconds.push(performance.now() - start);
      if (answer.status !== 200) refused++;
      onAnswer(answer, number);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return { seconds: (performance.now() - start) / 1000, milliseconds, refused };
}
