/** @import { ImageDetail } from "../types.d.ts" */

/**
 * Whether an image is among what a search finds, as far as its facts say. What words find in its prompt the
 * service knows alone: there it stays as it was.
 * @param {ImageDetail} image
 * @param {URLSearchParams} search as `searchAt` gives it
 * @param {boolean} [wasHere]
 */
export function belongs(image, search, wasHere = false) {
  const isInTrash = search.has("deleted");
  const made = Date.parse(image.created_at);
  const { after, before } = { after: search.get("created_after"), before: search.get("created_before") };
  return (
    isInTrash === (image.deleted_at !== null) &&
    (isInTrash || image.status === "ready") &&
    (wasHere || !search.has("prompt")) &&
    FACTS.every((fact) => !search.has(fact) || search.get(fact) === image[fact]) &&
    search
      .getAll("tag")
      .every((tag) => image.tags.some((each) => each.toLowerCase() === tag.toLowerCase())) &&
    !(after && made <= Date.parse(after)) &&
    !(before && made >= Date.parse(before))
  );
}

const FACTS = /** @type {const} */ (["visibility", "model", "author"]);
