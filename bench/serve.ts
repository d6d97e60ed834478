/**
 * A side of a measurement as a process that is spoken to in lines of JSON: a command in on standard
 * input, its answer out on standard output.
 *
 * @module
 */
import { messageOf } from "../lib/core/errors.ts";
import { TextLineStream } from "./text_lines.ts";

/** What a command gives back. */
export type Answer = Record<string, unknown>;

/**
 * Answers commands until `stop`. A mistake is answered with `error`. The commands `memory` and
 * `stop` are always known.
 */
export async function serve<Message extends { readonly cmd: string }>(
  commands: Readonly<Record<string, (message: Message) => Promise<Answer>>>,
): Promise<never> {
  const known: typeof commands = {
    memory: () => Promise.resolve({ mb: peakMegabytes() }),
    ...commands,
  };
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const message = JSON.parse(line) as Message;
    if (message.cmd === "stop") break;
    const command = known[message.cmd];
    const answer = command
      ? await command(message).catch((error) => ({ error: messageOf(error) }))
      : { error: `there is no command ${message.cmd}` };
    console.log(JSON.stringify(answer));
  }
  Deno.exit(0);
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
