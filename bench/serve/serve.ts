/**
 * `deno task bench:serve [PYTHON]`: a server of a small classification under load. PYTHON has FastAPI, uvicorn,
 * PyTorch and transformers (`bench/serve/requirements.txt`); `classify` needs it. Memory and processor time are
 * read as Linux tells them. Texts of many clients are measured by `deno task bench:texts`.
 *
 *     --only PART      classify, connections, hostile, traffic, restart; repeat for more (all unless given)
 *     --rounds N       turns of each side in `classify` (5 unless given)
 *     --requests N     requests of a round of 64 clients; fewer clients send less (1,280 unless given)
 *     --batch N        inputs that share a batch, on both sides (32 unless given)
 *     --threads N      threads of the other side; ours takes all cores (all cores unless given)
 *     --hostile N      hostile requests (10,000 unless given)
 *     --rate N         requests a second of the hour in `traffic` (10 unless given)
 *     --seconds N      the most seconds that `traffic` takes (600 unless given)
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, machineText } from "../machine.ts";
import { manyConnections } from "./many_connections.ts";
import { measureClassify } from "./measure_classify.ts";
import { measureHostile } from "./measure_hostile.ts";
import { measureTraffic } from "./measure_traffic.ts";
import { restartUnderLoad } from "./restart_under_load.ts";
import { type SentimentFolder, sentimentFolder } from "./sentiment_folder.ts";
import { startOurServer } from "./server_process.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true },
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "1280" },
    batch: { type: "string", default: "32" },
    threads: { type: "string", default: String(os.availableParallelism()) },
    hostile: { type: "string", default: "10000" },
    rate: { type: "string", default: "10" },
    seconds: { type: "string", default: "600" },
  },
});
const manyAtOnce = 1000;
const seed = 1;

const parts: Readonly<Record<string, (model: SentimentFolder) => Promise<void>>> = {
  async classify(model) {
    if (!python) throw new Error("classify needs PYTHON, with what requirements.txt names");
    const most = Number(values.requests);
    await measureClassify(model, {
      python,
      batchSize: Number(values.batch),
      threads: Number(values.threads),
      rounds: Number(values.rounds),
      requests: { 1: Math.ceil(most / 8), 16: Math.ceil(most / 2), 64: most },
    });
  },
  async connections({ merged, texts }) {
    for (const queue of [512, manyAtOnce]) {
      await using server = await startOurServer(merged, "--port", "0", "--max-queue", `${queue}`);
      const asked = { port: server.port, path: "/classify", body: { input: texts[0] } };
      const found = await manyConnections({ ...asked, connections: manyAtOnce });
      console.log(
        `${manyAtOnce} connections at once, ${queue} may wait: ${found.answered} answered, ` +
          `${found.refused} told when to come again, ${found.faults} faults, ` +
          `${found.seconds.toFixed(1)} s`,
      );
    }
  },
  hostile: (model) =>
    measureHostile(model, { requests: Number(values.hostile), clients: 32, seed }),
  traffic: (model) =>
    measureTraffic(model, {
      rate: Number(values.rate),
      clients: 64,
      seconds: Number(values.seconds),
    }),
  async restart({ merged, texts }) {
    const store = await Deno.makeTempDir({ prefix: "tunebook-store-" });
    const found = await restartUnderLoad({
      start: (port) =>
        startOurServer(
          ...[`sentiment=${merged}`, "--port", `${port}`, "--store", store, "--quiet"],
        ),
      store: join(store, "sentiment.sqlite"),
      clients: 32,
      answers: 500,
      signals: ["SIGTERM", "SIGKILL", "SIGTERM", "SIGKILL"],
      path: "/classify",
      body: { input: texts[0] },
      label: "positive",
      isRight: (body) => JSON.parse(body).data.length === 1,
    });
    await Deno.remove(store, { recursive: true });
    console.log(found);
  },
};

const wanted = values.only ?? Object.keys(parts);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(", ")}`);
console.log(`${machineText(describeMachine(Number(values.threads)))}\n`);
const model = await sentimentFolder(fileURLToPath(new URL("../.data", import.meta.url)));
for (const name of wanted) {
  console.log(`\n## ${name}\n`);
  await parts[name](model);
}
