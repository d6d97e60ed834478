/**
 * What stands before a server of toys in the tests of the page: it writes chats and has a report of drift, which
 * the toys do not.
 *
 * @module
 */
import { hostile } from "./page_bases.ts";
import { delay } from "./delay.ts";

/** A front that runs. */
export interface PageFront extends AsyncDisposable {
  readonly url: string;
  /** The bodies of the chats so far. */
  readonly chats: readonly { readonly messages: readonly unknown[] }[];
  /** The models whose reports were asked for. */
  readonly watched: readonly string[];
  /** How many chats were given up by the page. */
  readonly stopped: number;
}

const encoder = new TextEncoder();
const event = (content: string) =>
  encoder.encode(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
/** Milliseconds between the words of a text that does not end. */
const pause = 20;

/** The drift of a model, as `lib/serve/watch` reports it. */
const report = {
  format: "tunebook watch report",
  version: 1,
  requests: 40,
  rows: 40,
  since: 1_700_000_000_000,
  latency: { p50: 1.5, p95: 3, p99: 4.5, requests: 40 },
  failed: 0,
  finished: 40,
  window: 40,
  looks: 1,
  alpha: 0.05,
  drift: [{
    signal: hostile,
    test: "chi-square",
    reference: 40,
    served: 40,
    isTooFew: false,
    adjusted: 0.0012,
    populationStability: 0.31,
  }],
  history: [{ rows: 40, at: 1_700_000_000_000, drift: 0.0012 }],
  outliers: { rows: 40, found: 2, expectedShare: 0.025, latest: [] },
  raised: [hostile],
  alarms: [{ rule: "drift", state: "raised", at: 1_700_000_000_000, detail: "p is small" }],
};

/** Passes on to the server at `url` what it does not answer itself. */
export function pageFront(url: string): PageFront {
  const chats: { messages: unknown[] }[] = [];
  const watched: string[] = [];
  let stopped = 0;
  /** Three words; of a message that says so, words without an end. */
  const words = (isEndless: boolean) =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const at = count++;
        if (at < 3 || isEndless) {
          controller.enqueue(event(at === 0 ? hostile : ` word ${at}`));
          await delay(pause);
          return;
        }
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
      },
      cancel() {
        stopped++;
      },
    });
  let count = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/v1/chat/completions") {
      count = 0;
      const body = await request.json();
      chats.push(body);
      const isEndless = body.messages.at(-1).content.includes("endless");
      return new Response(words(isEndless), { headers: { "content-type": "text/event-stream" } });
    }
    if (pathname === "/watch.json") {
      watched.push(searchParams.get("model") ?? "");
      return Response.json(report);
    }
    const answer = await fetch(new Request(`${url}${pathname}`, request));
    if (pathname !== "/openapi.json") return answer;
    const { paths, ...description } = await answer.json();
    const own = { "/v1/chat/completions": {}, "/watch.json": {} };
    return Response.json({ ...description, paths: { ...paths, ...own } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    chats,
    watched,
    get stopped() {
      return stopped;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
