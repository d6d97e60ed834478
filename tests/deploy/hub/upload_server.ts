/**
 * A stand-in for the hub that takes uploads: repositories, LFS objects and commits, on a loopback port.
 *
 * @module
 */
import { gitHash, sha256 } from "../../weights/hub_server.ts";

/** A running stand-in. Tests change its fields between requests. */
export interface UploadServer extends AsyncDisposable {
  readonly endpoint: string;
  /** The token that may write. */
  readonly token: string;
  /** Whether the repository is there, and for whom. */
  visibility?: "public" | "private";
  /** LFS objects by their sha256. */
  readonly objects: Map<string, Uint8Array>;
  /** What the last commit holds. */
  files: Record<string, Uint8Array>;
  /** Requests as `PUT /lfs/…`. */
  readonly seen: string[];
  /** Answers in place of the hub when it returns a response; "break" ends the connection. */
  intercept?: (request: string) => Response | "break" | undefined;
}

export const commit = "d".repeat(40);
const created = { url: "https://hub.example/org/name", id: "org/name" };

/** Starts it. Files that end in `.safetensors` are large ones. */
export function startUploads(): UploadServer {
  const hub: UploadServer = {
    endpoint: "",
    token: "hf_write",
    objects: new Map(),
    files: {},
    seen: [],
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    const asked = `${request.method} ${path}`;
    hub.seen.push(asked);
    const other = hub.intercept?.(asked);
    if (other === "break") {
      // The answer breaks off before it is whole.
      return new Response(
        new ReadableStream({ pull: (controller) => controller.error(new Error("broken off")) }),
        { headers: { "content-length": "100" } },
      );
    }
    if (other) return other;
    if (
      !path.startsWith("/lfs/") && request.headers.get("authorization") !== `Bearer ${hub.token}`
    ) {
      return Response.json({ error: "Invalid username or password." }, { status: 401 });
    }
    return await answer(hub, path, request);
  });
  return Object.assign(hub, { endpoint: `http://127.0.0.1:${server.addr.port}` });
}

async function answer(hub: UploadServer, path: string, request: Request): Promise<Response> {
  const own = "/api/models/org/name";
  if (path === "/api/whoami-v2") {
    return Response.json({
      type: "user",
      name: "org",
      auth: { accessToken: { createdAt: "2026-01-01" } },
    });
  }
  if (path === "/api/repos/create") {
    if (hub.visibility) return Response.json({ error: "it is there" }, { status: 409 });
    hub.visibility = (await request.json()).visibility;
    return Response.json(created);
  }
  if (path === `${own}/preupload/main`) {
    const { files } = await request.json();
    return Response.json({
      files: files.map(({ path }: { path: string }) => ({
        path,
        uploadMode: path.endsWith(".safetensors") ? "lfs" : "regular",
      })),
    });
  }
  if (path === "/org/name.git/info/lfs/objects/batch") {
    const { objects } = await request.json();
    return Response.json({
      transfer: "basic",
      objects: objects.map(({ oid, size }: { oid: string; size: number }) => ({
        oid,
        size,
        ...(hub.objects.has(oid)
          ? {}
          : { actions: { upload: { href: `${hub.endpoint}/lfs/${oid}`, header: {} } } }),
      })),
    });
  }
  if (path.startsWith("/lfs/")) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const oid = path.slice("/lfs/".length);
    if (sha256(bytes) !== oid) return new Response("another hash", { status: 400 });
    hub.objects.set(oid, bytes);
    return new Response();
  }
  if (path === `${own}/commit/main`) return await takeCommit(hub, await request.text());
  if (path === `${own}/paths-info/${commit}`) return pathsInfo(hub);
  return new Response("", { status: 404 });
}

async function takeCommit(hub: UploadServer, text: string): Promise<Response> {
  await Promise.resolve();
  for (const line of text.trim().split("\n")) {
    const { key, value } = JSON.parse(line);
    if (key === "file") hub.files[value.path] = Uint8Array.fromBase64(value.content);
    if (key !== "lfsFile") continue;
    const bytes = hub.objects.get(value.oid);
    if (!bytes) return Response.json({ error: `no object ${value.oid}` }, { status: 400 });
    hub.files[value.path] = bytes;
  }
  return Response.json({
    success: true,
    commitOid: commit,
    commitUrl: created.url,
    hookOutput: "",
  });
}

function pathsInfo(hub: UploadServer): Response {
  return Response.json(
    Object.entries(hub.files).map(([path, bytes]) => ({
      type: "file",
      path,
      size: bytes.length,
      oid: gitHash(bytes),
      ...(path.endsWith(".safetensors")
        ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } }
        : {}),
    })),
  );
}
