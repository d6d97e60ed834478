/**
 * Progress that a person can watch: a bar on a terminal, plain lines in a pipe or a notebook.
 * Everything goes to standard error, so that standard output stays for results.
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@3.11.6"
import cliProgress from "cli-progress";
import process from "node:process";
import { kernel } from "./kernel.ts";
import { say } from "./say.ts";
import { visible } from "./visible.ts";

/** How much of a known total is done. */
export interface Progress {
  /** Says how much is done now, and optionally a short note such as the loss. */
  update(done: number, note?: string): void;
  /** Ends the display and keeps its last state. */
  end(): void;
}

/** What a progress display is about. */
export interface ProgressOptions {
  /** What is being done, in a word or two. */
  title: string;
  /** How many units the whole work has. */
  total: number;
  /** The unit's name in the plural; `bytes` is shown in megabytes. */
  unit: string;
  /** Where the work stands at the start, after a resume. */
  start?: number;
  /** Milliseconds before anything is shown, for work that is mostly over before anyone looks. */
  after?: number;
}

const secondsBetweenLines = 5;
const bytesPerMegabyte = 1e6;

/** Starts a progress display. */
export function showProgress(options: ProgressOptions): Progress {
  // A notebook's server may have a terminal; what is shown in a cell has none.
  return process.stderr.isTTY && !kernel() ? lateBar(options) : lines(options);
}

/** A progress display that shows nothing. */
export const silentProgress: Progress = { update() {}, end() {} };

function lateBar({ after = 0, ...options }: ProgressOptions): Progress {
  if (after === 0) return bar(options);
  const began = Date.now();
  let shown: Progress | undefined;
  return {
    update(done, note) {
      if (!shown && Date.now() - began < after) return;
      shown ??= bar({ ...options, start: done });
      shown.update(done, note);
    },
    end: () => shown?.end(),
  };
}

function bar({ title, total, unit, start = 0 }: ProgressOptions): Progress {
  const display = new cliProgress.SingleBar({
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 30,
    gracefulExit: false,
    format: (_options, params, { note }) => {
      const width = 24;
      const share = params.total > 0 ? Math.min(1, params.value / params.total) : 1;
      const filled = Math.round(share * width);
      const drawn = "█".repeat(filled) + "░".repeat(width - filled);
      return `${title} ${drawn} ${
        status({ done: params.value, total, unit, start }, params.startTime, note)
      }`;
    },
  });
  display.start(total, start, { note: "" });
  return {
    update: (done, note = "") => display.update(done, { note }),
    end: () => display.stop(),
  };
}

function lines(
  { title, total, unit, start = 0, after = secondsBetweenLines * 1000 }: ProgressOptions,
): Progress {
  const began = Date.now();
  let next = began + after;
  let isShown = false;
  let last = "";
  const print = (text: string) => {
    if (text !== last) say(`${title} ${text}`);
    last = text;
  };
  let latest: { done: number; note: string } | undefined;
  return {
    update(done, note = "") {
      latest = { done, note };
      if (Date.now() < next) return;
      next = Date.now() + secondsBetweenLines * 1000;
      isShown = true;
      print(status({ done, total, unit, start }, began, note));
    },
    end() {
      // Work that was over before the first line has nothing to report.
      if (latest && isShown) {
        print(status({ ...latest, total, unit, start }, began, latest.note));
      }
    },
  };
}

function status(
  { done, total, unit, start }: { done: number; total: number; unit: string; start: number },
  began: number,
  note: string,
): string {
  const seconds = (Date.now() - began) / 1000;
  const rate = seconds > 0 ? (done - start) / seconds : 0;
  const left = rate > 0 ? (total - done) / rate : NaN;
  const amount = unit === "bytes"
    ? `${(done / bytesPerMegabyte).toFixed(1)}/${(total / bytesPerMegabyte).toFixed(1)} MB`
    : `${done}/${total} ${unit}`;
  const speed = unit === "bytes"
    ? `${(rate / bytesPerMegabyte).toFixed(1)} MB/s`
    : `${rate.toFixed(rate < 10 ? 2 : 0)} ${unit}/s`;
  const time = Number.isFinite(left) ? `${duration(left)} left` : "";
  return [`${Math.floor(100 * done / Math.max(total, 1))} %`, amount, speed, time, visible(note)]
    .filter(Boolean).join(" · ");
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes > 0 ? `${minutes}:${String(whole % 60).padStart(2, "0")} min` : `${whole} s`;
}
