/** Links within the page: they need no new one, and with a modifier they are links like others. */

import { addressOf, go } from "./address.js";
import { create } from "./markup.js";

/** @import { Child } from "./markup.js" */
/** @import { Place } from "./types.d.ts" */

/**
 * @param {Partial<Place>} to
 * @param {{instead?: boolean} & Record<string, any>} [properties] `instead` leaves no step to go back to
 * @param {...(Child | Child[])} children
 */
export function placeLink(to, { instead, ...properties } = {}, ...children) {
  /** @param {MouseEvent} event */
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to, { instead });
  };
  return create("a", { href: addressOf(to), onclick, ...properties }, ...children);
}
