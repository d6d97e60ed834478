/**
 * Sessions of ONNX Runtime that the tests of one process share where their graphs are equal. Tests of
 * many tasks and methods compile the same small graphs again and again, and preparing a graph is a
 * third of what such a test costs. A session holds no state: what a step writes, it is handed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ort } from "../lib/engine/ort.ts";

type Session = ort.InferenceSession;
type Options = ort.InferenceSession.SessionOptions;
/** What makes a session of a graph's bytes, or of something else. */
type Create = (graph: unknown, options?: Options) => Promise<Session>;

/** Larger graphs hold weights of their own, which stay in memory while a session is kept. */
const mostBytes = 1 << 20;
/** Sessions that are kept; the one that was asked for longest ago goes first. */
const mostSessions = 64;

interface Kept {
  readonly session: Promise<Session>;
  users: number;
}

/** From now on the library prepares equal graphs with equal options once. */
export function shareSessions(): void {
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as Create;
  Object.assign(ort.InferenceSession, { create: sharing(create) });
}

/** The same as `create`, but that equal graphs share a session, of which `most` are kept. */
export function sharing(create: Create, most: number = mostSessions): Create {
  const kept = new Map<string, Kept>();
  return async (graph, options) => {
    if (!isShared(graph, options)) return await create(graph, options);
    const key = createHash("sha256").update(graph).digest("hex") + JSON.stringify(options);
    const found = kept.get(key) ?? { session: create(graph, options), users: 0 };
    found.users++;
    // The last entry is the one that was asked for last.
    kept.delete(key);
    kept.set(key, found);
    try {
      return handleOf(await found.session, async () => {
        found.users--;
        await forget(kept, most);
      });
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
}

/** Weights beside the graph may be others under the same name, and a profile is of one session. */
function isShared(bytes: unknown, options: Options | undefined): bytes is Uint8Array {
  return bytes instanceof Uint8Array && bytes.byteLength <= mostBytes &&
    options?.extra?.session === undefined && options?.enableProfiling !== true;
}

/** Releases sessions that nobody uses while there are too many. */
async function forget(kept: Map<string, Kept>, most: number): Promise<void> {
  for (const [key, { session, users }] of kept) {
    if (kept.size <= most) return;
    if (users > 0) continue;
    kept.delete(key);
    await (await session).release();
  }
}

/** What one caller holds of a session: it refuses what a session of its own would refuse. */
function handleOf(session: Session, release: () => Promise<void>): Session {
  let isReleased = false;
  const refuseReleased = () => {
    if (isReleased) throw new Error("Session already disposed.");
  };
  return Object.create(session, {
    run: {
      value: (...given: Parameters<Session["run"]>) => {
        refuseReleased();
        return session.run(...given);
      },
    },
    release: {
      value: async () => {
        refuseReleased();
        isReleased = true;
        await release();
      },
    },
  });
}
