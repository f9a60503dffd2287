/** A star is a tag like others: it is searched, exported and changed in numbers as they are. */

/** @import { ImageDetail } from "./types.d.ts" */

export const STAR = "★";

/** @param {ImageDetail} image */
export const isStarred = (image) => image.tags.includes(STAR);

/** The tags that are shown as words. @param {ImageDetail} image */
export const namedTags = (image) => image.tags.filter((tag) => tag !== STAR);
