/** Asking the service. Every address is relative to the page's, so a path before it changes nothing. */

/** @import { ImageDetail, Session, Visibility } from "./types.d.ts" */

/** What the service has refused, in its own words. */
export class Refused extends Error {
  /**
   * @param {number} status 0 when it could not be reached at all
   * @param {{code?: string, detail?: string, guid?: string, errors?: {field: string, message: string}[]}} problem
   */
  constructor(status, problem) {
    super(problem.detail ?? "The service could not be reached.");
    this.status = status;
    this.code = problem.code ?? "unreachable";
    this.errors = problem.errors ?? [];
    this.guid = problem.guid;
  }
}

/** Told with the `code` of a refusal that ends what was known about the visitor. */
export const refusals = new EventTarget();

/** Without it a cookie opens nothing but reading: another site cannot send it. */
const OURS = { "X-Requested-With": "PixyProxy" };

/**
 * @param {string} path as `image?prompt=cat`
 * @param {{method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, { method = "GET", body, headers = {}, signal } = {}) {
  const request = /** @type {RequestInit & {headers: Record<string, string>}} */ ({
    method,
    headers: { ...OURS, ...headers },
    signal,
    credentials: "same-origin",
  });
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(path, request).catch((error) => {
    throw error instanceof DOMException && error.name === "AbortError" ? error : new Refused(0, {});
  });
  if (answer.ok) return answer;
  const refused = new Refused(answer.status, await answer.json().catch(() => ({})));
  if (refused.status === 401) refusals.dispatchEvent(new Event("unauthenticated"));
  throw refused;
}

/**
 * @param {string} path
 * @param {Parameters<typeof ask>[1]} [options]
 * @returns {Promise<any>}
 */
export async function askJson(path, options) {
  const answer = await ask(path, options);
  return answer.status === 204 ? null : answer.json();
}

/**
 * A page of a list, and where the next one begins.
 * @param {URLSearchParams} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<{images: ImageDetail[], cursor: string | null}>}
 */
export async function listImages(query, signal) {
  const answer = await ask(`image?${query}`, { signal });
  const next = /<([^>]*)>; rel="next"/.exec(answer.headers.get("Link") ?? "");
  const cursor = next ? new URL(next[1], document.baseURI).searchParams.get("cursor") : null;
  return { images: await answer.json(), cursor };
}

/** @returns {Promise<Session>} */
export const getSession = () => askJson("session");

/** @param {string} guid @returns {Promise<ImageDetail>} */
export const getImage = (guid) => askJson(`image/${guid}`);

/**
 * @param {string} guid
 * @param {{tags?: string[], visibility?: Visibility, author?: string, filename?: string}} changes
 * @returns {Promise<ImageDetail>}
 */
export const changeImage = (guid, changes) => askJson(`image/${guid}`, { method: "PATCH", body: changes });

/**
 * The picture as wide as it is shown, in the best format the browser knows.
 * @param {string} guid
 * @param {number} width
 */
export const pictureUrl = (guid, width) => `image/${guid}/content?width=${width}&format=auto`;

/**
 * The same for a grid of many: made in half the time of the best format, and a third larger.
 * @param {string} guid
 * @param {number} width
 * @param {boolean} isInTrash
 */
export const thumbnailUrl = (guid, width, isInTrash) =>
  `image/${guid}/content?width=${width}&format=webp${isInTrash ? "&deleted=true" : ""}`;

/** @param {string} guid */
export const downloadUrl = (guid) => `image/${guid}/content?download=1`;

const MOST_AT_ONCE = 1000;

/**
 * Does the same to many images.
 * @param {string[]} guids
 * @param {Record<string, unknown>} action as `{action: "change", visibility: "public"}`
 * @returns {Promise<{guid: string, outcome: string, detail: string | null}[]>}
 */
export async function changeMany(guids, action) {
  const results = [];
  for (let start = 0; start < guids.length; start += MOST_AT_ONCE) {
    const body = { ...action, guids: guids.slice(start, start + MOST_AT_ONCE) };
    results.push(...(await askJson("image/bulk", { method: "POST", body })).results);
  }
  return results;
}
