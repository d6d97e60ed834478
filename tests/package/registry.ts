/**
 * A registry on this machine that has one package, as npm and Deno ask for it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { execFileSync } from "node:child_process";

/** A running registry. */
export interface Registry extends AsyncDisposable {
  /** What `.npmrc` says so that only the packages of this scope are asked for here. */
  readonly npmrc: string;
}

/** Serves the tarball `file`. */
export async function serveTarball(file: string): Promise<Registry> {
  const bytes = await Deno.readFile(file);
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" }),
  );
  const { name, version } = manifest as { name: string; version: string };
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const { origin, pathname } = new URL(url);
    if (pathname.endsWith(".tgz")) return new Response(bytes);
    if (decodeURIComponent(pathname) !== `/${name}`) return new Response(null, { status: 404 });
    const tarball = `${origin}/${name}/-/${basename(file)}`;
    return Response.json({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball, integrity } } },
      // Older than the age that a package must have where somebody asks for one.
      time: { [version]: "2026-01-01T00:00:00.000Z" },
    });
  });
  const { port } = server.addr as Deno.NetAddr;
  return {
    npmrc: `${name.split("/")[0]}:registry=http://127.0.0.1:${port}/\n`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
