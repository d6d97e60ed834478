/**
 * The thread in which `jsonMatches` compares texts with a schema that has patterns.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { messageOf } from "../../core/errors.ts";
import type { JudgeReply, JudgeRequest } from "./judge_apart.ts";
import { schemaJudge, type SchemaSettings } from "./schema_judge.ts";

let judge: ((text: string) => boolean) | undefined;

self.onmessage = async ({ data }: MessageEvent<JudgeRequest>) => {
  self.postMessage(await answer(data));
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
