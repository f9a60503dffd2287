/** Where images are made: the box that takes a description, and the queue of what is being made. */

import { currentPlace, followPlace } from "../address.js";
import { create } from "../markup.js";
import { problem } from "../notices.js";
import { currentSession, followSession } from "../session.js";
import { Dock } from "./dock.js";
import { listed, Queue } from "./queue.js";
import { asBody } from "./request.js";

/** @import { ImageDetail } from "../types.d.ts" */

const dock = new Dock((bodies) => queue.make(bodies));
const queue = new Queue(dock);

export function createMaker() {
  const maker = create("section", { class: "maker", "aria-label": "Make" }, queue.element, dock.element);
  /** @type {string | null} */
  let known = null;
  const show = () => {
    maker.hidden = !currentSession().signed_in || currentPlace().view !== "library";
  };
  followPlace(show);
  followSession(({ name }) => {
    show();
    if (!name || name === known) return;
    known = name;
    dock.start();
    queue.start().catch(problem);
  });
  return maker;
}

/** Its prompt, its settings and what it was started from, into the dock. @param {ImageDetail} image */
export async function reuse(image) {
  const parents = image.parents.length ? [...(await listed(image.parents)).keys()] : [];
  dock.put({ ...asBody(image), images: parents });
}

/** The same, with the picture itself to start from. @param {ImageDetail} image */
export const editWith = (image) => dock.put({ ...asBody(image), images: [image.guid] });
