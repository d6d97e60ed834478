/**
 * What stands before a server of toys in the tests of the page: it has reports of drift, which the toys do not.
 *
 * @module
 */
import { hostile } from "./page_bases.ts";

/** A front that runs. */
export interface PageFront extends AsyncDisposable {
  readonly url: string;
  /** The models whose reports were asked for. */
  readonly watched: readonly string[];
}

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
  const watched: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    // The page has gone.
    onError: () => new Response(null, { status: 502 }),
  }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/watch.json") {
      watched.push(searchParams.get("model") ?? "");
      return Response.json(report);
    }
    return await fetch(new Request(`${url}${pathname}`, request));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    watched,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
