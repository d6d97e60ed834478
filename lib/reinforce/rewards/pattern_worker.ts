/**
 * The thread in which `matches` looks for its pattern in texts.
 *
 * @module
 */
import type { JudgePort, JudgeReply, JudgeRequest } from "./judge_apart.ts";

/** A regular expression in two texts. */
export interface PatternSettings {
  readonly source: string;
  readonly flags: string;
}

let pattern: RegExp | undefined;

const thread = globalThis as unknown as JudgePort;
thread.onmessage = ({ data }: MessageEvent<JudgeRequest>) => {
  thread.postMessage(answer(data));
};

function answer(request: JudgeRequest): JudgeReply {
  if ("settings" in request) {
    const { source, flags } = request.settings as PatternSettings;
    pattern = new RegExp(source, flags);
    return { ready: true };
  }
  return { value: pattern!.test(request.text) ? 1 : 0 };
}
