/**
 * A run on a tracking server of MLflow, by its REST interface.
 *
 * Source: https://mlflow.org/docs/latest/rest-api.html
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { type Rules, text } from "../core/option_rules.ts";
import type { RunEnd, Tracker } from "./tracker.ts";

/** How a server is used. */
export interface MlflowOptions {
  /** The experiment that runs belong to; it is made where there is none. `tunebook` unless given. */
  readonly experiment?: string;
  /** The id of a run that is to be gone on with, instead of a new one. */
  readonly run?: string;
}

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

const rules: Rules<MlflowOptions> = { experiment: text, run: text };

/** What one request may hold. */
const [mostMetrics, mostSettings, mostCharacters] = [1000, 100, 500];
const flushMilliseconds = 1000;
const requestMilliseconds = 10_000;
/** Tries at the end of a run, after which what is left is lost. */
const mostTries = 4;

const statuses: Readonly<Record<RunEnd, string>> = {
  finished: "FINISHED",
  stopped: "KILLED",
  failed: "FAILED",
};

/**
 * Follows runs on a server, `mlflow server`. Values are sent about once a second, many at a time; a server that does
 * not answer is asked again later, and keeps no training waiting. `MLFLOW_TRACKING_TOKEN`, or
 * `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, are sent along where they are set.
 *
 * `begin` throws an error of kind "output" where the server cannot be reached or refuses, `end` where values could
 * not be sent.
 *
 * @example
 * ```ts
 * import { mlflow } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tracker = mlflow("http://127.0.0.1:5000", { experiment: "moods" });
 * assert.equal(tracker.name, "MLflow at http://127.0.0.1:5000");
 * assert.throws(() => mlflow("no address"), /takes the address of a server/);
 * ```
 */
export function mlflow(address: string, options: MlflowOptions = {}): Tracker {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? "")) {
    throw new TunebookError(
      "input",
      `mlflow takes the address of a server, such as http://127.0.0.1:5000`,
    );
  }
  checkOptions("mlflow", options, rules);
  const { experiment = "tunebook", run } = options;
  const base = address.replace(/\/+$/, "");
  const ask = (path: string, body?: unknown) => request(base, path, body);
  let id = "";
  let waiting: Metric[] = [];
  let next = 0;
  let sending: Promise<void> | undefined;
  const send = async () => {
    while (waiting.length > 0) {
      const metrics = waiting.slice(0, mostMetrics);
      await ask("runs/log-batch", { run_id: id, metrics });
      waiting = waiting.slice(metrics.length);
    }
  };
  return {
    name: `MLflow at ${base}`,
    async begin({ name, settings }) {
      waiting = [];
      id = run ?? await newRun(ask, experiment, name);
      if (run) await ask("runs/update", { run_id: id, status: "RUNNING" });
      const all = Object.entries(settings).map(([key, value]) => ({
        key: named(key),
        value: value.slice(0, mostCharacters),
      }));
      for (let at = 0; at < all.length; at += mostSettings) {
        const params = all.slice(at, at + mostSettings);
        // A run that is gone on with has them, and they cannot be changed.
        if (!run) await ask("runs/log-batch", { run_id: id, params });
      }
    },
    log({ step, time, values }) {
      for (const [name, value] of Object.entries(values)) {
        const shown = Number.isFinite(value) ? value : String(value);
        waiting.push({ key: named(name), value: shown, timestamp: time, step });
      }
      const now = Date.now();
      if (!sending && now >= next) {
        // What fails is sent with what comes later.
        sending = send().catch(() => {}).finally(() => {
          sending = undefined;
          next = Date.now() + flushMilliseconds;
        });
      }
      return Promise.resolve();
    },
    async end(how) {
      await sending;
      const ended = { run_id: id, status: statuses[how], end_time: Date.now() };
      for (let tried = 1;; tried++) {
        try {
          await send();
          await ask("runs/update", ended);
          return;
        } catch (error) {
          if (tried < mostTries) {
            await new Promise((go) => setTimeout(go, flushMilliseconds * tried));
            continue;
          }
          throw new TunebookError(
            "output",
            `${waiting.length} values were not sent to MLflow at ${base}: ${messageOf(error)}`,
            { cause: error },
          );
        }
      }
    },
  };
}

/** Makes a run in an experiment, and the experiment where there is none; gives its id. */
async function newRun(
  ask: (path: string, body?: unknown) => Promise<unknown>,
  experiment: string,
  name: string,
): Promise<string> {
  const find = async () => {
    const query = new URLSearchParams({ experiment_name: experiment });
    const found = await ask(`experiments/get-by-name?${query}`).catch((error) => {
      if (/"RESOURCE_DOES_NOT_EXIST"/.test(messageOf(error))) return {};
      throw error;
    }) as { experiment?: { experiment_id: string } };
    return found.experiment?.experiment_id;
  };
  const make = async () => {
    const made = await ask("experiments/create", { name: experiment }) as { experiment_id: string };
    return made.experiment_id;
  };
  // Another run may make it at the same moment.
  const experiment_id = await find() ??
    await make().catch(async (error) => await find() ?? Promise.reject(error));
  const { run } = await ask("runs/create", {
    experiment_id,
    run_name: name,
    start_time: Date.now(),
  }) as {
    run: { info: { run_id: string } };
  };
  return run.info.run_id;
}

/** Asks with a body, or for what is there. */
async function request(base: string, path: string, body?: unknown) {
  const url = `${base}/api/2.0/mlflow/${path}`;
  try {
    const answer = await fetch(url, {
      headers: { "Content-Type": "application/json", ...authorization() },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMilliseconds),
    });
    const said = await answer.text();
    if (answer.ok) return JSON.parse(said || "{}");
    throw new Error(`${answer.status}: ${said.slice(0, mostCharacters)}`);
  } catch (error) {
    throw new TunebookError("output", `MLflow at ${base} refuses ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** MLflow's own variables; nothing where they may not be read. */
function authorization(): Record<string, string> {
  const read = (name: string) => {
    const variable = `MLFLOW_TRACKING_${name}`;
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    return state === "granted" ? Deno.env.get(variable) : undefined;
  };
  const token = read("TOKEN");
  if (token) return { Authorization: `Bearer ${token}` };
  const [user, password] = [read("USERNAME"), read("PASSWORD")];
  if (!user || !password) return {};
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { Authorization: `Basic ${bytes.toBase64()}` };
}

/** Names as MLflow takes them. */
function named(name: string): string {
  return name.replaceAll(/[^\w\-. \/]/g, "_");
}
