/**
 * Hostile requests in their thousands, with good ones between them, and the memory they leave.
 *
 * @module
 */
import { columnChart } from "../column_chart.ts";
import { markdownTable } from "../markdown_table.ts";
import { hostileLimits } from "./hostile_requests.ts";
import type { SentimentFolder } from "./sentiment_folder.ts";
import { sendHostile } from "./send_hostile.ts";
import { startOurServer } from "./server_process.ts";
import { openConnection, requestBytes } from "./http_connection.ts";

/** How many. */
export interface HostileMeasureOptions {
  readonly requests: number;
  readonly clients: number;
  readonly seed: number;
}

const warmUp = 0.2;

/** Sends them and prints how they ended. */
export async function measureHostile(
  { merged, texts }: SentimentFolder,
  { requests, clients, seed }: HostileMeasureOptions,
): Promise<void> {
  const { maxBodyBytes, maxInputs, maxCharacters, bodySeconds } = hostileLimits;
  await using server = await startOurServer(
    ...[merged, "--port", "0", "--quiet", "--max-body-bytes", `${maxBodyBytes}`],
    ...["--max-inputs", `${maxInputs}`, "--max-characters", `${maxCharacters}`],
    ...["--body-seconds", `${bodySeconds}`],
  );
  const good = { path: "/classify", body: { input: texts[0] } };
  using connection = await openConnection(server.port);
  await connection.send(requestBytes(good.path, good.body));
  const expected = JSON.parse((await connection.answer()).body).data[0];
  const tolerance = 1e-5;
  const isRight = (body: string) => {
    const [{ label, probabilities }] = JSON.parse(body).data;
    return label === expected.label &&
      Object.entries<number>(probabilities).every(([name, value]) =>
        Math.abs(value - expected.probabilities[name]) < tolerance
      );
  };
  const megabytes: number[] = [];
  const { outcomes, good: right, faults } = await sendHostile({
    ...{ port: server.port, requests, clients, seed, good: { ...good, isRight } },
    onProgress: () => megabytes.push(server.residentMegabytes()),
  });
  console.log(markdownTable(
    Object.entries(outcomes).map(([kind, counts]) => [
      kind,
      Object.fromEntries(
        Object.entries(counts).toSorted().map(([end, count]) => [end, `${count}`]),
      ),
    ]),
  ));
  const after = megabytes.slice(Math.floor(warmUp * megabytes.length));
  console.log(
    `\n${requests} hostile requests; ${right} good ones between them answered right; ` +
      `${
        faults.length === 0 ? "no faults" : `faults:\n${faults.join("\n")}`
      }\nresident after the ` +
      `warm-up ${Math.min(...after).toFixed(0)} to ${
        Math.max(...after).toFixed(0)
      } MB, at the end ` +
      `${after.at(-1)!.toFixed(0)} MB\n${columnChart(after, "MB")}`,
  );
}
