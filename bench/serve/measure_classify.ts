/**
 * Requests per second of a classification beside FastAPI with transformers.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { markdownTable, type Row } from "../markdown_table.ts";
import { median } from "../median.ts";
import { rest, startSide } from "../sides.ts";
import { closedLoop } from "./closed_loop.ts";
import type { SentimentFolder } from "./sentiment_folder.ts";
import { type ServerProcess, startOurServer, startPeerServer } from "./server_process.ts";

/** What is measured. */
export interface ClassifyOptions {
  readonly python: string;
  readonly batchSize: number;
  readonly threads: number;
  readonly rounds: number;
  /** Requests of a round, by how many clients send them. */
  readonly requests: Readonly<Record<number, number>>;
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Seconds of the processor for 1,000 requests. */
  readonly processor: number;
}

const sides = ["ours", "FastAPI"] as const;
type Sides = Readonly<Record<typeof sides[number], ServerProcess>>;

/** Answers of both sides may differ by rounding alone. */
const tolerance = 1e-4;
const warmUp = 64;

/** Measures both sides in turns and prints a table. Throws where their answers differ. */
export async function measureClassify(
  { merged, texts }: SentimentFolder,
  { python, batchSize, threads, rounds, requests }: ClassifyOptions,
): Promise<void> {
  await using ours = await startOurServer(merged, "--port", "0", "--batch-size", `${batchSize}`);
  await using peer = await startPeerServer(python, merged, `${batchSize}`, `${threads}`);
  const servers: Sides = { ours, FastAPI: peer };
  const bodies = texts.map((input) => ({ input }));
  console.log(`largest difference of probabilities: ${await largestDifference(servers, bodies)}`);
  const script = fileURLToPath(new URL("load_process.ts", import.meta.url));
  const load = startSide(Deno.execPath(), ["run", "--allow-all", "--no-check", script]);
  const measure = async (server: ServerProcess, clients: number, count: number) => {
    const before = server.processorMilliseconds();
    const cmd = { cmd: "load", port: server.port, path: "/classify", bodies };
    const { seconds, p50, p99, refused } = await load.ask({ ...cmd, clients, requests: count });
    if (refused !== 0) throw new Error(`${refused} of ${count} requests were refused`);
    return {
      perSecond: count / Number(seconds),
      p50: Number(p50),
      p99: Number(p99),
      processor: (server.processorMilliseconds() - before) / count,
    };
  };
  const rows: [string, Row][] = [];
  for (const [clients, count] of Object.entries(requests)) {
    const found: Record<string, Measured[]> = { ours: [], FastAPI: [] };
    for (const name of sides) await measure(servers[name], Number(clients), warmUp);
    for (let round = 0; round < rounds; round++) {
      for (const name of round % 2 ? sides.toReversed() : sides) {
        await rest();
        found[name].push(await measure(servers[name], Number(clients), count));
      }
    }
    rows.push([`${clients} clients`, rowOf(found.ours, found.FastAPI)]);
    console.error(markdownTable(rows.slice(-1)));
  }
  await load.stop();
  console.log(`${markdownTable(rows)}\n`);
  const [mine, other] = sides.map((name) => servers[name].residentMegabytes().toFixed(0));
  console.log(`resident: ours ${mine} MB, FastAPI ${other} MB`);
}

function rowOf(ours: readonly Measured[], peer: readonly Measured[]): Row {
  const both = (of: keyof Measured, digits: number) =>
    [ours, peer].map((side) => median(side.map((each) => each[of])).toFixed(digits)).join(" / ");
  const ratio = (of: keyof Measured, isRate = false) =>
    median(ours.map((each, i) => isRate ? each[of] / peer[i][of] : peer[i][of] / each[of]))
      .toFixed(2);
  return {
    "requests/s": both("perSecond", 0),
    "ratio": ratio("perSecond", true),
    "p50, ms": both("p50", 1),
    "p99, ms": both("p99", 1),
    "processor s for 1,000": both("processor", 2),
    "ratio of processor": ratio("processor"),
  };
}

/** Asks both sides for the same texts and compares what they say. */
async function largestDifference(
  servers: Sides,
  bodies: readonly unknown[],
): Promise<string> {
  const answers = await Promise.all(sides.map(async (name) => {
    const found: Record<string, number>[] = [];
    const { port } = servers[name];
    const load = { port, path: "/classify", bodies, clients: 8, requests: bodies.length };
    await closedLoop(load, ({ body }, number) => {
      found[number] = JSON.parse(body).data[0].probabilities;
    });
    return found;
  }));
  const [ours, peer] = answers;
  const differences = ours.flatMap((own, at) =>
    Object.entries(own).map(([label, value]) => Math.abs(value - peer[at][label]))
  );
  const largest = differences.reduce((most, each) => Math.max(most, each), 0);
  if (!(largest < tolerance)) throw new Error(`the sides differ by ${largest}`);
  return largest.toExponential(1);
}
