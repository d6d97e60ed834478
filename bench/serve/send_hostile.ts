/**
 * Sends hostile requests to a server, and good ones between them.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import { type HostileRequest, hostileRequest } from "./hostile_requests.ts";
import { NoAnswer, openConnection, requestBytes } from "./http_connection.ts";

/** What to send. */
export interface HostileOptions {
  readonly port: number;
  /** Hostile requests in all. */
  readonly requests: number;
  readonly seed: number;
  /** Connections at once. */
  readonly clients: number;
  /** A good request, and whether its answer is right. */
  readonly good: { readonly path: string; readonly body: unknown; isRight(body: string): boolean };
  /** Called after each hundredth of the requests. */
  onProgress?(done: number): void;
}

/** What came of them. */
export interface HostileResult {
  /** How often each kind ended so: a status, `closed`, or `left` where the client hung up. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Good requests that were answered right. */
  readonly good: number;
  /** What must not be: an answer of another kind, a hang, a good request that was answered wrong. */
  readonly faults: readonly string[];
}

/** A good request follows so many hostile ones. */
const goodEvery = 10;
/** A server that neither answers nor closes for so long hangs. */
const hangSeconds = 20;
/** Faults that are told. */
const mostFaults = 20;

/** Sends them, a good one after each tenth. */
export async function sendHostile(
  { port, requests, seed, clients, good, onProgress }: HostileOptions,
): Promise<HostileResult> {
  const random = Random.fromSeed(seed, "hostile requests");
  const outcomes: Record<string, Record<string, number>> = {};
  const faults: string[] = [];
  let begun = 0;
  let done = 0;
  let right = 0;
  const fault = (text: string) => {
    if (faults.length < mostFaults) faults.push(text);
  };
  const askWell = async () => {
    const answer = await ask(port, [requestBytes(good.path, good.body)]);
    if (typeof answer !== "string" && answer.status === 200 && good.isRight(answer.body)) right++;
    else fault(`a good request: ${typeof answer === "string" ? answer : answer.body}`);
  };
  const client = async () => {
    while (begun < requests) {
      const number = begun++;
      const request = hostileRequest(random);
      const outcome = await outcomeOf(port, request);
      const counts = outcomes[request.kind] ??= {};
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (!/^(?:4\d\d|closed|left)$/.test(outcome)) fault(`${shown(request)}: ${outcome}`);
      if (number % goodEvery === 0) await askWell();
      if (++done % Math.ceil(requests / 100) === 0) onProgress?.(done);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await askWell();
  return { outcomes, good: right, faults };
}

async function outcomeOf(port: number, { parts, hangsUp }: HostileRequest): Promise<string> {
  const answer = await ask(port, parts, hangsUp);
  return typeof answer === "string" ? answer : String(answer.status);
}

/** The answer to these bytes; how it ended where there is none. */
async function ask(
  port: number,
  parts: readonly (Uint8Array | number)[],
  hangsUp = false,
): Promise<{ status: number; body: string } | "closed" | "silent" | "left"> {
  using connection = await openConnection(port, { seconds: hangSeconds });
  try {
    for (const part of parts) {
      if (typeof part === "number") await new Promise((resolve) => setTimeout(resolve, part));
      else await connection.send(part);
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    // It was refused before the last byte; the answer may have come all the same.
  }
  if (hangsUp) return "left";
  try {
    return await connection.answer();
  } catch (error) {
    if (error instanceof NoAnswer) return error.kind;
    throw error;
  }
}

/** The start of a request, as a line. */
function shown({ kind, parts }: HostileRequest): string {
  const start = parts.find((part) => typeof part !== "number") as Uint8Array;
  return `${kind}: ${JSON.stringify(new TextDecoder("latin1").decode(start.subarray(0, 300)))}`;
}
