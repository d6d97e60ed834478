/**
 * A dashboard of Ray for tests, which answers as Ray 2.60.0 did on 2026-11-30 (`real_ray_test.ts` asks a real one).
 *
 * @module
 */

/** What the server is to do. */
export interface RayServerOptions {
  /** What `/api/version` says. */
  readonly version?: string;
  /** What the job says, in the pieces in which it comes. */
  readonly says?: readonly string[];
  /** Runs a job's command instead: `say` gets its log, `signal` stops it, and what comes back is how it ends. */
  readonly runs?: (
    job: ServedJob,
    say: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<JobEnd>;
  /** How many jobs run at once; the others wait. All unless given. */
  readonly room?: number;
  /** After how many pieces the connection breaks, one after the other. */
  readonly breaksAfter?: readonly number[];
  /** How it ends. */
  readonly ends?: JobEnd;
  readonly token?: string;
}

/** How a job ends. */
export interface JobEnd {
  readonly status: string;
  readonly message: string;
}

/** A job as `/api/jobs/` lists it. */
export interface ServedJob {
  readonly type: "SUBMISSION";
  readonly submission_id: string;
  status: string;
  message: string;
  readonly entrypoint: string;
  readonly runtime_env: unknown;
  readonly start_time: number;
}

/** How often a job's log is looked at. */
const lookMilliseconds = 5;

/** Serves on a loopback port until it is disposed of. */
export function rayServer({
  version = "4",
  says = [],
  runs,
  room = Infinity,
  breaksAfter = [],
  ends = { status: "SUCCEEDED", message: "Job finished successfully." },
  token,
}: RayServerOptions = {}) {
  const packages = new Map<string, Uint8Array<ArrayBuffer>>();
  const jobs: ServedJob[] = [];
  const asked: string[] = [];
  const breaks = [...breaksAfter];
  const logs = new Map<string, string>();
  const stops = new Map<string, AbortController>();
  const isOver = ({ status }: ServedJob) => ["SUCCEEDED", "FAILED", "STOPPED"].includes(status);
  /** Lets those begin that there is room for. */
  const begin = () => {
    const free = room - jobs.filter(({ status }) => status === "RUNNING").length;
    for (const job of jobs.filter(({ status }) => status === "PENDING").slice(0, free)) {
      job.status = "RUNNING";
      const id = job.submission_id;
      const stop = new AbortController();
      stops.set(id, stop);
      const say = (text: string) => void logs.set(id, (logs.get(id) ?? "") + text);
      runs!(job, say, stop.signal).then((how) => {
        Object.assign(job, stop.signal.aborted ? { status: "STOPPED" } : how);
        begin();
      });
    }
  };
  const tail = (request: Request, job: ServedJob) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = async () => {
      if (runs) {
        const id = job.submission_id;
        let sent = 0;
        const send = () => {
          const log = logs.get(id) ?? "";
          if (log.length > sent) socket.send(log.slice(sent));
          sent = log.length;
        };
        while (!isOver(job) && socket.readyState === WebSocket.OPEN) {
          send();
          await new Promise((go) => setTimeout(go, lookMilliseconds));
        }
        if (socket.readyState === WebSocket.OPEN) send();
        return socket.close();
      }
      job.status = "RUNNING";
      const count = breaks.shift();
      for (const text of says.slice(0, count)) socket.send(text);
      if (count === undefined) Object.assign(job, ends);
      socket.close();
    };
    return response;
  };
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (token && request.headers.get("authorization") !== `Bearer ${token}`) {
      return new Response("Unauthorized", { status: 401 });
    }
    if (pathname === "/api/version") {
      return Response.json({
        version,
        ray_version: "2.60.0",
        ray_commit: "b7f4259e",
        session_name: "s",
      });
    }
    if (pathname.startsWith("/api/packages/gcs/")) {
      const name = pathname.slice("/api/packages/gcs/".length);
      if (request.method === "PUT") packages.set(name, await request.bytes());
      const isThere = packages.has(name);
      return new Response(isThere ? "" : `Package gcs://${name} does not exist`, {
        status: isThere ? 200 : 404,
      });
    }
    if (pathname === "/api/jobs/" && request.method === "POST") {
      const { submission_id, entrypoint, runtime_env } = await request.json();
      jobs.push({
        ...{ type: "SUBMISSION", submission_id, entrypoint, runtime_env, start_time: jobs.length },
        ...{ status: "PENDING", message: "Job is currently pending." },
      });
      if (runs) begin();
      return Response.json({ job_id: submission_id, submission_id });
    }
    if (pathname === "/api/jobs/") return Response.json(jobs);
    const [, id, part] = /^\/api\/jobs\/([^/]+)(.*)$/.exec(pathname) ?? [];
    const job = jobs.find((each) => each.submission_id === id);
    if (!job) return new Response(`Job ${id} does not exist`, { status: 404 });
    if (part === "/logs/tail") return tail(request, job);
    if (part === "/logs") {
      return Response.json({ logs: runs ? logs.get(id) ?? "" : says.join("") });
    }
    if (part === "/stop") {
      if (job.status === "RUNNING" && runs) stops.get(id)!.abort();
      else job.status = "STOPPED";
      return Response.json({ stopped: true });
    }
    return Response.json(job);
  };
  const listening = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    answer,
  );
  return {
    address: `http://127.0.0.1:${listening.addr.port}`,
    ...{ packages, jobs, asked },
    [Symbol.asyncDispose]: () => listening.shutdown(),
  };
}
