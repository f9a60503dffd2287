/** What an image was made from, what was made from it, and what looks like it. */

import { askJson, pictureUrl } from "../api.js";
import { paintColors } from "../library/tile.js";
import { placeLink } from "../links.js";
import { create, fill } from "../markup.js";
import { problem } from "../notices.js";

/** @import { ImageDetail, Lineage, SimilarDetail } from "../types.d.ts" */

const MOST = 12;

/** @param {HTMLElement} element @param {ImageDetail} image @param {() => boolean} isWanted still */
export async function showRelatives(element, { guid, status, deleted_at: deletedAt }, isWanted) {
  if (deletedAt) return;
  const asked = [askJson(`image/${guid}/lineage`)];
  if (status === "ready") asked.push(askJson(`image/${guid}/similar?limit=${MOST}`));
  try {
    /** @type {[Lineage, SimilarDetail[]]} */
    const [{ ancestors, descendants }, similar = []] = /** @type {any} */ (await Promise.all(asked));
    const known = [...ancestors, ...descendants].map((each) => each.guid);
    const others = similar.filter((each) => !known.includes(each.guid));
    if (isWanted()) {
      fill(element, row("Made from", ancestors), row("Made from this", descendants), row("Similar", others));
    }
  } catch (error) {
    if (isWanted()) problem(error);
  }
}

/** @param {string} title @param {ImageDetail[]} images */
const row = (title, images) =>
  images.length > 0 &&
  create("section", {}, create("h3", {}, title), create("ul", { class: "thumbs" }, images.map(thumb)));

/** @param {ImageDetail} image */
function thumb({ guid, prompt, status, colors }) {
  const isReady = status === "ready";
  const picture = isReady && create("img", { loading: "lazy", src: pictureUrl(guid, 160), alt: "" });
  const link = placeLink({ image: guid }, { instead: true, title: prompt, "aria-label": prompt }, picture);
  paintColors(link, colors);
  return create("li", {}, link);
}
