/**
 * Our side as a process of its own, spoken to like the peer, so that neither side's memory or
 * threads touch the other's.
 *
 * @module
 */
import { compileStep, type MeasuredStep } from "./our_step.ts";
import type { StepCase } from "./cases.ts";
import { TextLineStream } from "./text_lines.ts";

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
let step: MeasuredStep | undefined;

for await (const line of lines) {
  const command = JSON.parse(line) as { cmd: string; count?: number; device?: string } & StepCase;
  if (command.cmd === "setup") {
    step = await compileStep(command, command.device ?? "cpu");
    console.log("{}");
  } else if (command.cmd === "step") {
    const { milliseconds, loss } = await step!.run(command.count!);
    console.log(JSON.stringify({ ms: milliseconds, loss }));
  } else if (command.cmd === "memory") {
    console.log(JSON.stringify({ mb: peakMegabytes() }));
  } else Deno.exit(0);
}

/** The largest resident memory of this process, where the system tells. */
function peakMegabytes(): number | null {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
  } catch {
    return null;
  }
}
