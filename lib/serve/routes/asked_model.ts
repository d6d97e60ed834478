/**
 * What endpoints of all tasks do alike: find the model, ask it, and tell those who watch.
 *
 * @module
 */
import type { Context } from "hono";
import { RequestError } from "../../http/request_error.ts";
import type { ServedModel } from "../served_base.ts";
import type { ServerEnv } from "../server_env.ts";
import type { AnsweredRequest, FoundModel, ServerParts } from "../server_parts.ts";

/** Which endpoint asks models of a task. */
const endpoints: Readonly<Record<string, string>> = {
  "text-classification": "/classify",
  "image-classification": "/classify",
  "token-classification": "/tokens",
  "question-answering": "/answer",
  "sentence-embeddings": "/v1/embeddings",
  "object-detection": "/detect",
  "image-segmentation": "/segment",
  "image-generation": "/generate-image",
  "chat": "/v1/chat/completions",
  "text-generation": "/v1/completions",
  "text2text-generation": "/v1/completions",
  "translation": "/v1/completions",
  "summarization": "/v1/completions",
};

/**
 * The model of a name, which the request is counted for. An error of status 400 where it was trained for
 * none of these tasks; it names the endpoint of its own.
 */
export function modelFor(
  c: Context<ServerEnv>,
  parts: ServerParts,
  name: string | undefined,
  tasks: readonly string[],
): FoundModel {
  const found = parts.find(name);
  const { model } = found;
  const task = model.task.task.name;
  if (!tasks.includes(task)) throw wrongTask(model);
  c.set("model", model);
  return found;
}

/** The model of a name, which writes texts; an error of status 400 that names its endpoint where it does not. */
export function writingModel(parts: ServerParts, name: string | undefined): FoundModel {
  const found = parts.find(name);
  if (found.model.task.writing === undefined) throw wrongTask(found.model);
  return found;
}

function wrongTask({ name, task: { task } }: ServedModel): RequestError {
  const other = endpoints[task.name];
  return new RequestError(
    400,
    `${name} was trained for ${task.name}, which this endpoint does not ask` +
      (other ? `; ask ${other}` : ""),
    { param: "model", code: "wrong_task" },
  );
}

/** One answer to each input, as `predict` gives them. */
export async function answersTo<Answer>(
  c: Context<ServerEnv>,
  parts: ServerParts,
  model: ServedModel,
  inputs: readonly unknown[],
  usage?: AnsweredRequest["usage"],
): Promise<Answer[]> {
  const at = Date.now();
  const answers = await parts.ask(inputs.map((input) => ({ model, input })), c.get("signal"));
  await parts.answered({
    id: c.get("requestId"),
    model,
    at,
    milliseconds: performance.now() - c.get("receivedAt"),
    inputs,
    answers,
    ...(usage ? { usage } : {}),
  });
  return answers as Answer[];
}
