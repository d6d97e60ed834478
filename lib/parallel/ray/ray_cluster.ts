/**
 * A Ray cluster, by the REST interface for jobs that its dashboard has.
 *
 * Source: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { visibleLines } from "../../core/visible.ts";

/** The version of the interface that this speaks, which `/api/version` tells. */
const spoken = "4";
const tokenVariable = "RAY_AUTH_TOKEN";
const requestMilliseconds = 120_000;
/** So much of an answer that is no answer is told. */
const toldCharacters = 400;

/** How far a job is. */
export type JobStatus = "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";

/** A job, as the cluster tells of it. */
export interface RayJob {
  /** What it was called when it was submitted. */
  readonly id: string;
  readonly status: JobStatus;
  /** The line that its node's shell runs. */
  readonly command: string;
  /** Why it failed, with the last lines that it has said. */
  readonly message: string;
}

/** What is to be run. */
export interface RayJobRequest {
  /** What it is called; no other job may have had the name. */
  readonly id: string;
  /** A line for the shell of the node, run where the package was unpacked. */
  readonly command: string;
  /** Where the package lies that was uploaded. */
  readonly packageUri: string;
  /** Variables of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Cores and GPUs that it holds; none unless given, so that it runs on the head. */
  readonly cpus?: number;
  readonly gpus?: number;
}

/** A cluster that answers. */
export interface RayCluster {
  /** Its address, without a slash at the end. */
  readonly address: string;
  /** The version of Ray that it runs. */
  readonly version: string;
  /** Stores a package unless the cluster has it; gives its address there. */
  upload(name: string, content: Uint8Array<ArrayBuffer>): Promise<string>;
  submit(job: RayJobRequest): Promise<void>;
  /** The jobs that were submitted, the latest first. */
  jobs(): Promise<RayJob[]>;
  /** How far a job is; undefined where the cluster cannot be reached now. */
  job(id: string): Promise<RayJob | undefined>;
  /** Asks a job to stop, as SIGTERM does. */
  stop(id: string): Promise<void>;
  /** All that a job has said. */
  log(id: string): Promise<string>;
  /** What a job says, from its first line, until it ends, the connection does, or the signal is aborted. */
  logs(id: string, signal?: AbortSignal): AsyncIterable<string>;
}

/**
 * Opens a cluster by the address of its dashboard, such as `http://head:8265`, or of a page of it. `RAY_AUTH_TOKEN` is sent along where
 * it is set.
 *
 * Throws an error of kind "input" where that is no address, of kind "device" where nothing answers there or something
 * that is no Ray, and of kind "unsupported" where its interface is another one.
 */
export async function openRayCluster(given: string): Promise<RayCluster> {
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TunebookError(
      "input",
      `a Ray cluster is given by the address of its dashboard, such as http://head:8265, not "${given}"`,
    );
  }
  // A page of the dashboard is behind the sign #.
  const address = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  const ask = (path: string, init?: RequestInit) => request(address, path, init);
  const found = await ask("version").then((text) => parsed(address, text));
  const { version, ray_version: ray } = isRecord(found) ? found : {};
  if (typeof version !== "string" || typeof ray !== "string") throw noRay(address);
  if (version !== spoken) {
    throw new TunebookError(
      "unsupported",
      `Ray ${ray} at ${address} has version ${version} of the interface for jobs, but tunebook speaks version ` +
        `${spoken}, which Ray 2 has`,
    );
  }
  const jobPath = (id: string) => `jobs/${encodeURIComponent(id)}`;
  return {
    address,
    version: ray,
    async upload(name, content) {
      const path = `packages/gcs/${name}`;
      if (!await exists(address, path)) await ask(path, { method: "PUT", body: content });
      return `gcs://${name}`;
    },
    async submit({ id, command, packageUri, environment, cpus, gpus }) {
      const body = JSON.stringify({
        entrypoint: command,
        submission_id: id,
        runtime_env: { working_dir: packageUri, env_vars: environment },
        ...(cpus === undefined ? {} : { entrypoint_num_cpus: cpus }),
        ...(gpus === undefined ? {} : { entrypoint_num_gpus: gpus }),
      });
      await ask("jobs/", { method: "POST", body, headers: { "content-type": "application/json" } });
    },
    async jobs() {
      const all = parsed(address, await ask("jobs/"));
      if (!Array.isArray(all)) throw noRay(address);
      const submitted = all.filter((each) => isRecord(each) && each.submission_id);
      return submitted.sort((a, b) => b.start_time - a.start_time)
        .map((each) => jobOf(address, each));
    },
    async job(id) {
      const answer = await send(address, jobPath(id));
      return "failure" in answer
        ? undefined
        : jobOf(address, parsed(address, accepted(address, jobPath(id), answer)));
    },
    stop: async (id) => void await ask(`${jobPath(id)}/stop`, { method: "POST" }),
    async log(id) {
      const { logs } = Object(parsed(address, await ask(`${jobPath(id)}/logs`)));
      return typeof logs === "string" ? logs : "";
    },
    logs: (id, signal) =>
      messages(`${address.replace(/^http/, "ws")}/api/${jobPath(id)}/logs/tail`, signal),
  };
}

/** A request, and what is answered; a refusal is an error with what the cluster says of it. */
async function request(address: string, path: string, init?: RequestInit): Promise<string> {
  const answer = await send(address, path, init);
  if (!("failure" in answer)) return accepted(address, path, answer);
  const { failure } = answer;
  throw new TunebookError(
    "device",
    `no Ray cluster answers at ${address}: ${
      messageOf(failure)
    }. Is this the address of its dashboard, and does ` +
      "the cluster run?",
    { cause: failure },
  );
}

function accepted(address: string, path: string, { ok, status, text }: Answer): string {
  if (ok) return text;
  if (status === 401 || status === 403) {
    throw new TunebookError(
      "input",
      `${address} lets nobody in without the right token; give it in ${tokenVariable}`,
    );
  }
  if (path === "version") throw noRay(address);
  // Errors there are whole tracebacks; what matters stands at the end.
  const told = visibleLines(text.trim()).slice(-toldCharacters);
  throw new TunebookError(
    "device",
    `Ray at ${address} could not do api/${path} (${status}): ${told}`,
  );
}

async function exists(address: string, path: string): Promise<boolean> {
  const answer = await send(address, path);
  return "ok" in answer && answer.ok;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** Asks; what fails is told, not thrown, where nothing answers. */
async function send(
  address: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer | { readonly failure: unknown }> {
  try {
    const response = await fetch(`${address}/api/${path}`, {
      ...init,
      headers: { ...init.headers, ...authorization() },
      signal: AbortSignal.timeout(requestMilliseconds),
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (error) {
    return { failure: error };
  }
}

function authorization(): Record<string, string> {
  const token = Deno.env.get(tokenVariable);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** The texts that come over a WebSocket, until it is closed or the signal is aborted. */
async function* messages(address: string, signal?: AbortSignal): AsyncGenerator<string> {
  if (signal?.aborted) return;
  const socket = new WebSocket(address, { headers: authorization() });
  const waiting: string[] = [];
  const closed = Promise.withResolvers<void>();
  let isOpen = true;
  let wake = () => {};
  const stop = () => {
    isOpen = false;
    socket.close();
    wake();
  };
  signal?.addEventListener("abort", stop);
  socket.onmessage = ({ data }) => {
    waiting.push(String(data));
    wake();
  };
  // A socket that breaks is closed, too.
  socket.onclose = () => {
    isOpen = false;
    closed.resolve();
    wake();
  };
  try {
    while (isOpen || waiting.length > 0) {
      while (waiting.length > 0) yield waiting.shift()!;
      if (isOpen) await new Promise<void>((go) => wake = go);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    socket.close();
    await closed.promise;
  }
}

function jobOf(address: string, made: unknown): RayJob {
  const { submission_id: id, status, entrypoint, message } = isRecord(made) ? made : {};
  if (typeof id !== "string" || typeof status !== "string") throw noRay(address);
  const text = (given: unknown) => typeof given === "string" ? given : "";
  return { id, status: status as JobStatus, command: text(entrypoint), message: text(message) };
}

function parsed(address: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noRay(address);
  }
}

function noRay(address: string): TunebookError {
  return new TunebookError(
    "device",
    `what answers at ${address} is no dashboard of Ray; its port is 8265 unless the cluster was told otherwise`,
  );
}
