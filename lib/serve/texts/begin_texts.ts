/**
 * What endpoints that write texts do alike: begin them in the batches that all requests share, follow them,
 * and tell those who watch.
 *
 * @module
 */
import type { Context } from "hono";
import type { TextRequest } from "../../generate/generate.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { RequestError } from "../../http/request_error.ts";
import type { ServerEnv } from "../server_env.ts";
import type { FoundModel, ServerParts } from "../server_parts.ts";
import { type AnswerEvent, answerEvents } from "./answer_events.ts";
import type { CallRules } from "./call_text.ts";
import { type FromStream, mergedStreams } from "./merged_streams.ts";

/** Texts that are being written. */
export interface BegunTexts {
  readonly textModel: TextModel;
  /** Tokens of each prompt, of an encoder-decoder those of its source. */
  readonly promptTokens: readonly number[];
  /** The events of all answers, those of the first prompt counted first. Leaving the loop ends the texts. */
  events(): AsyncGenerator<FromStream<AnswerEvent>>;
}

/** What is asked. */
export interface TextsToBegin {
  /** In the words of the request, for those who watch. */
  readonly inputs: readonly unknown[];
  /** Which calls answers may have. */
  readonly calls?: CallRules | undefined;
  /** How often each prompt is asked by itself. */
  readonly copies?: number;
  /** The prompts with their options; the signal is the request's. */
  requests(textModel: TextModel, common: Pick<GenerateOptions, "signal">): TextRequest[];
}

/** Begins texts; an error of status 429 where too many wait. */
export async function beginTexts(
  c: Context<ServerEnv>,
  parts: ServerParts,
  { base, model }: FoundModel,
  { inputs, calls, copies = 1, requests: requestsOf }: TextsToBegin,
): Promise<BegunTexts> {
  c.set("model", model);
  const at = Date.now();
  const textModel = await base.textModel(model);
  const stop = new AbortController();
  const signal = AbortSignal.any([c.get("signal"), stop.signal]);
  const requests = requestsOf(textModel, { signal });
  const all = requests.flatMap((request) => Array<TextRequest>(copies).fill(request));
  checkRoom(all.reduce((sum, { settings }) => sum + settings.answers, 0), parts);
  const answers = begun(
    () =>
      all.flatMap((request) =>
        parts.texts.write(request).map((pieces) => answerEvents(pieces, request, calls))
      ),
    stop,
  );
  const promptTokens = requests.map(({ prompt, source }) => (source ?? prompt).length);
  const texts: string[] = [];
  let written = 0;
  return {
    textModel,
    promptTokens,
    async *events() {
      let first: number | undefined;
      try {
        for await (const each of mergedStreams(answers)) {
          first ??= performance.now();
          if (each.value.kind === "end") {
            texts[each.index] = each.value.whole;
            written += each.value.tokens;
          }
          yield each;
        }
      } catch (error) {
        // The request's own words for why it was stopped.
        const { reason } = c.get("signal");
        throw reason instanceof RequestError ? reason : error;
      } finally {
        stop.abort();
      }
      await parts.answered({
        id: c.get("requestId"),
        model,
        at,
        milliseconds: first! - c.get("receivedAt"),
        inputs,
        answers: texts,
        usage: { read: promptTokens.reduce((sum, each) => sum + each, 0), written },
      });
    },
  };
}

/** What was begun, or an error and nothing: a text that was begun before a prompt was refused is stopped. */
function begun<Result>(begin: () => Result, stop: AbortController): Result {
  try {
    return begin();
  } catch (error) {
    stop.abort();
    throw error;
  }
}

/** Seconds that a client is told to wait: about the time of a short text. */
const comeAgain = 2;

function checkRoom(answers: number, { texts, settings }: ServerParts): void {
  const { maxQueue, maxInputs } = settings;
  const most = Math.max(maxQueue, maxInputs);
  if (answers > most) {
    const message = `${answers} texts are asked, and this server takes ${most} at once`;
    throw new RequestError(400, message, { code: "invalid_request" });
  }
  const { waiting } = texts;
  if (waiting === 0 || waiting + answers <= maxQueue) return;
  throw new RequestError(429, `${waiting} texts wait already; come again`, {
    code: "queue_full",
    retryAfter: comeAgain,
  });
}
