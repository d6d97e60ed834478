/**
 * As much traffic as an hour has, sent as fast as it is answered, and whether memory grows.
 *
 * @module
 */
import { columnChart } from "../column_chart.ts";
import { closedLoop } from "./closed_loop.ts";
import type { SentimentFolder } from "./sentiment_folder.ts";
import { startOurServer } from "./server_process.ts";

/** How much. */
export interface TrafficOptions {
  /** Requests a second of the hour. */
  readonly rate: number;
  readonly clients: number;
  /** Seconds after which it ends, done or not. */
  readonly seconds: number;
}

const hourSeconds = 3600;
/** Samples of memory, of which the first fifth is the warm-up. */
const samples = 50;
const warmUp = 0.2;
/** The most texts of a request. */
const mostTexts = 4;

/** Sends it and prints the resident memory. */
export async function measureTraffic(
  { merged, texts }: SentimentFolder,
  { rate, clients, seconds }: TrafficOptions,
): Promise<void> {
  await using server = await startOurServer(merged, "--port", "0", "--quiet");
  const requests = rate * hourSeconds;
  const every = Math.ceil(requests / samples);
  const bodies = texts.map((text, at) => ({
    input: at % 5 === 0
      ? Array.from({ length: 1 + at % mostTexts }, (_, i) => texts[(at + i) % texts.length])
      : text,
  }));
  const megabytes: number[] = [];
  const start = performance.now();
  let sent = 0;
  let refused = 0;
  while (sent < requests && performance.now() - start < 1000 * seconds) {
    const load = { port: server.port, path: "/classify", bodies, clients, requests: every };
    refused += (await closedLoop(load)).refused;
    sent += every;
    megabytes.push(server.residentMegabytes());
  }
  const after = megabytes.slice(Math.floor(warmUp * megabytes.length));
  const [least, most] = [Math.min(...after), Math.max(...after)];
  const half = after.length >> 1;
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const growth = mean(after.slice(half)) / mean(after.slice(0, half)) - 1;
  console.log(
    `${sent} requests, ${(sent / rate / 60).toFixed(0)} minutes at ${rate} a second, in ` +
      `${((performance.now() - start) / 1000).toFixed(0)} s, ${refused} refused; ` +
      `${(server.processorMilliseconds() / sent).toFixed(2)} s of the processor for 1,000\n` +
      `resident after the warm-up ${least.toFixed(0)} to ${most.toFixed(0)} MB ` +
      `(${(100 * (most / least - 1)).toFixed(1)} %), the second half ` +
      `${(100 * growth).toFixed(1)} % over the first\n${columnChart(after, "MB")}`,
  );
}
