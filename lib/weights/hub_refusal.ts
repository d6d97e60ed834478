/**
 * What the hub's refusals mean and what a person can do about them.
 *
 * @module
 */
import type { DownloadSettings } from "./hub_settings.ts";

/** A model on the hub. */
export interface HubModel {
  /** `org/name`. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The one GGUF file that is asked for. */
  readonly file?: string;
}

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;

/** One sentence or two for a response that is not the file. */
export function explainHubRefusal(
  { repository, revision }: HubModel,
  { endpoint, token }: Pick<DownloadSettings, "endpoint" | "token">,
  response: Response,
  url: string,
): string {
  const { status, headers } = response;
  const code = headers.get("x-error-code");
  const page = `${endpoint}/${repository}`;
  const tokenAdvice = token
    ? "the token in use has no access to it; check HF_TOKEN"
    : "set HF_TOKEN to a token that may read it";
  if (code === "GatedRepo") {
    return `${repository} is gated: ask for access at ${page}, and ${tokenAdvice}.`;
  }
  if (code === "RevisionNotFound") {
    return `${repository} has no revision "${revision}"; see ${page}/tree/main for its branches.`;
  }
  if (code === "RepoNotFound") {
    return `there is no model ${repository} at ${endpoint}, or it is private. Check its name; if ` +
      `it is private, ${tokenAdvice}.`;
  }
  if (status === UNAUTHORIZED || status === FORBIDDEN) {
    return `${page} may not be read (HTTP ${status}): it is private, gated or does not exist. ` +
      `Check its name; ${tokenAdvice}.`;
  }
  if (status === NOT_FOUND) return `${url} does not exist (HTTP ${status}).`;
  if (status === TOO_MANY_REQUESTS) {
    return `${endpoint} refuses more requests for now (HTTP ${status})`;
  }
  return `${url} answered HTTP ${status}${code ? ` (${code})` : ""}`;
}
