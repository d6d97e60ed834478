/**
 * What a server tells about a file before it is downloaded.
 *
 * @module
 */
import { type Network, refusal, send } from "./request.ts";
import { retry } from "./retry.ts";

/** A file on a server. */
export interface RemoteFile {
  /** Its size in bytes, if the server tells. */
  readonly size?: number;
  /** The server's tag of this version, as it came: quoted, with `W/` when it is weak. */
  readonly etag?: string;
  /** The hub's content hash: sha256 for large files, git's blob sha1 for small ones. */
  readonly linkedEtag?: string;
  /** The commit that the hub resolved the revision to. */
  readonly commit?: string;
}

/** The answer for a file that the server does not have. */
export interface AbsentFile {
  readonly absent: true;
}

const NOT_FOUND = 404;

/**
 * Asks for a file's headers. A file that the repository lacks is `absent`; a repository or revision
 * that does not exist is an error.
 */
export function lookUp(url: string, network: Network): Promise<RemoteFile | AbsentFile> {
  return retry<RemoteFile | AbsentFile>(async () => {
    const outcome = await send(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(LOOK_UP_MILLISECONDS),
    }, network);
    if ("failure" in outcome) return outcome;
    const { response } = outcome.value;
    const { headers, status } = response;
    const code = headers.get("x-error-code");
    if (status === NOT_FOUND && (code === null || code === "EntryNotFound")) {
      return { value: { absent: true } };
    }
    const linkedEtag = plain(headers.get("x-linked-etag"));
    if (!response.ok && linkedEtag === undefined) {
      return await refusal(outcome.value, network);
    }
    // A redirect's own length is that of its notice, not of the file.
    const length = headers.get("x-linked-size") ??
      (response.ok ? headers.get("content-length") : null);
    return {
      value: {
        size: length !== null && /^\d+$/.test(length) ? Number(length) : undefined,
        etag: headers.get("etag") ?? undefined,
        linkedEtag,
        commit: headers.get("x-repo-commit") ?? undefined,
      },
    };
  }, network);
}

const LOOK_UP_MILLISECONDS = 30_000;

/** An entity tag without its quotes and without the mark of a weak one. */
export function plain(etag: string | null | undefined): string | undefined {
  return etag?.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
}

/** A file's name as a part of a URL; a slash in it stays one. */
export function urlPath(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}
