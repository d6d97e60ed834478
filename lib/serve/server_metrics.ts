/**
 * The numbers of a server as Prometheus reads them.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AnsweredRequest } from "./server_parts.ts";

/** A request that was answered or refused. */
export interface CountedRequest {
  /** The endpoint, `/v1/models/{model}`. */
  readonly route: string;
  readonly status: number;
  /** The model's name; empty where none was asked. */
  readonly model: string;
  readonly seconds: number;
}

/** What counts. */
export interface ServerMetrics {
  request(counted: CountedRequest): void;
  batch(inputs: number): void;
  answered(request: AnsweredRequest): void;
  text(): Promise<{ readonly type: string; readonly text: string }>;
}

/** What is looked at when the numbers are asked for. */
export interface LiveNumbers {
  /** Inputs that wait. */
  waiting(): number;
  /** Requests that are being answered. */
  running(): number;
}

/** Seconds, from a cached answer to a long text. */
const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Counters of one server. */
export function serverMetrics(live: LiveNumbers): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "tunebook_requests_total",
    help: "Requests by endpoint, status and model.",
    labelNames: ["route", "status", "model"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "tunebook_request_seconds",
    help: "From the head of a request to the last byte of its answer, in seconds.",
    labelNames: ["route", "model"] as const,
    buckets: secondBuckets,
    registers,
  });
  const batches = new Histogram({
    name: "tunebook_batch_inputs",
    help: "Inputs that were answered in one batch.",
    buckets: batchBuckets,
    registers,
  });
  const tokens = new Counter({
    name: "tunebook_tokens_total",
    help: "Tokens by model, read and written.",
    labelNames: ["model", "direction"] as const,
    registers,
  });
  gauge(registry, "tunebook_waiting_inputs", "Inputs that wait for a model.", live.waiting);
  gauge(registry, "tunebook_running_requests", "Requests that are being answered.", live.running);
  gauge(
    registry,
    "process_resident_memory_bytes",
    "Resident memory of the process in bytes.",
    () => Deno.memoryUsage().rss,
  );
  return {
    request({ route, status, model, seconds: taken }) {
      requests.inc({ route, status, model });
      seconds.observe({ route, model }, taken);
    },
    batch: (inputs) => batches.observe(inputs),
    answered({ model: { name: model }, usage }) {
      if (!usage) return;
      tokens.inc({ model, direction: "read" }, usage.read);
      tokens.inc({ model, direction: "written" }, usage.written);
    },
    text: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
