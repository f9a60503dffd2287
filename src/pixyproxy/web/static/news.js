/** What has happened to images, for every view that shows them. */

/** @import { ImageDetail } from "./types.d.ts" */

/**
 * @typedef {{kind: "changed" | "made" | "restored", images: ImageDetail[]} | {kind: "removed", guids: string[]}} News
 */

const news = new EventTarget();

/** @param {News} what */
export function tell(what) {
  news.dispatchEvent(new CustomEvent("news", { detail: what }));
}

/** @param {(what: News) => void} listener */
export function listen(listener) {
  news.addEventListener("news", (event) => listener(/** @type {CustomEvent<News>} */ (event).detail));
}
