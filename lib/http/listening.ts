/**
 * Listens for requests, and goes on doing so where the system had no room for a connection.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { say } from "../core/say.ts";

/** An address that is listened at. */
export interface Listening {
  readonly port: number;
  /** Settled when it listens no more and every connection is closed. */
  readonly finished: Promise<void>;
  /** Takes no new connections, and waits for the requests that run. */
  shutdown(): Promise<void>;
  /** Closes every connection. */
  abort(): void;
}

/** Where to listen. */
export interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly quiet: boolean;
}

/** Until others may have closed a connection. */
const waitMilliseconds = 100;
/** An attack must not fill the log as well. */
const silentMilliseconds = 60_000;

/**
 * Listens. Deno stops listening for good when a connection cannot be accepted, which anybody can bring about who
 * opens more of them than a process may have files; this one begins again at the same port.
 *
 * A port that is taken and an address that is none of this machine's are errors of kind "input".
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port, quiet }: ListeningOptions,
): Promise<Listening> {
  const controller = new AbortController();
  const { promise: listens, resolve } = Promise.withResolvers<void>();
  const open = (at: number) =>
    Deno.serve({
      hostname: host,
      port: at,
      signal: controller.signal,
      onListen: () => resolve(),
      onError: () => new Response(null, { status: 500 }),
    }, (request) => fetch(request));
  let current = opened(() => open(port), { host, port });
  await listens;
  const { port: own } = current.addr;
  let isStopping = false;
  let toldAt = -Infinity;
  const onBroken = (error: unknown) => {
    if (quiet || performance.now() - toldAt < silentMilliseconds) return;
    say(`connections cannot be accepted: ${messageOf(error)}; trying again`);
    toldAt = performance.now();
  };
  const again = async () => {
    while (!isStopping) {
      await new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
      try {
        current = open(own);
        return;
      } catch (error) {
        onBroken(error);
      }
    }
  };
  const finished = (async () => {
    while (true) {
      try {
        await current.finished;
        return;
      } catch (error) {
        onBroken(error);
        await again();
        if (isStopping) return;
      }
    }
  })();
  return {
    port: own,
    finished,
    async shutdown() {
      isStopping = true;
      // One that is broken has nothing left to wait for.
      await current.shutdown().catch(() => {});
    },
    abort: () => controller.abort(),
  };
}

/**
 * Makes sure that an address can be listened at, before models are opened for it. A port that is taken and an
 * address that is none of this machine's are errors of kind "input".
 */
export function checkAddress(address: Omit<ListeningOptions, "quiet">): void {
  const { host: hostname, port } = address;
  opened(() => Deno.listen({ hostname, port }), address).close();
}

function opened<Opened>(
  open: () => Opened,
  { host, port }: Omit<ListeningOptions, "quiet">,
): Opened {
  try {
    return open();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new TunebookError("input", `port ${port} is taken by another program`, {
        cause: error,
      });
    }
    if (
      error instanceof Deno.errors.AddrNotAvailable || error instanceof TypeError ||
      /failed to lookup address/.test(messageOf(error))
    ) {
      throw new TunebookError("input", `${host} is no address of this machine`, { cause: error });
    }
    throw error;
  }
}

/** The address that a browser on this machine asks. */
export function urlOf({ host, port }: Pick<ListeningOptions, "host" | "port">): string {
  // An address that listens everywhere is asked on this machine; one of IPv6 stands in brackets.
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
