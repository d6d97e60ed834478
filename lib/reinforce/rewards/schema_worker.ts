/**
 * The thread in which `jsonMatches` compares texts with a schema that has patterns.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import type { JudgePort, JudgeReply, JudgeRequest } from "./judge_apart.ts";
import { schemaJudge, type SchemaSettings } from "./schema_judge.ts";

let judge: ((text: string) => boolean) | undefined;

const thread = globalThis as unknown as JudgePort;
thread.onmessage = async ({ data }: MessageEvent<JudgeRequest>) => {
  thread.postMessage(await answer(data));
};

async function answer(request: JudgeRequest): Promise<JudgeReply> {
  if ("text" in request) return { value: judge!(request.text) ? 1 : 0 };
  try {
    judge = await schemaJudge(request.settings as SchemaSettings);
    return { ready: true };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
