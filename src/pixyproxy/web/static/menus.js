/** What opens beside a button and closes by itself: the browser's own popover, put in its place. */

import { create } from "./markup.js";

const GAP = 6;
const EDGE = 8;
let made = 0;

/**
 * Gives a button its menu; the content is built each time it opens.
 * @param {HTMLButtonElement} button
 * @param {string} label
 * @param {(close: () => void) => (Node | string)[]} content
 */
export function giveMenu(button, label, content) {
  const menu = create("div", {
    class: "menu",
    id: `menu-${++made}`,
    popover: "auto",
    role: "dialog",
    "aria-label": label,
  });
  button.setAttribute("popovertarget", menu.id);
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  button.after(menu);
  menu.addEventListener("beforetoggle", (event) => {
    const opens = /** @type {ToggleEvent} */ (event).newState === "open";
    button.setAttribute("aria-expanded", String(opens));
    if (opens) menu.replaceChildren(...content(() => menu.hidePopover()));
  });
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "open") return;
    putBeside(menu, button);
    const first = menu.querySelector("[autofocus], input, button, a, select");
    if (first instanceof HTMLElement) first.focus();
  });
  return menu;
}

/**
 * Below the button, or above it where there is more room; never beyond the edge.
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
function putBeside(menu, button) {
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, document.body.clientWidth - menu.offsetWidth - EDGE);
  const isAbove =
    innerHeight - at.bottom < menu.offsetHeight + GAP + EDGE && at.top > innerHeight - at.bottom;
  const top = isAbove ? at.top - menu.offsetHeight - GAP : at.bottom + GAP;
  menu.style.left = `${Math.max(EDGE, left)}px`;
  menu.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - menu.offsetHeight - EDGE))}px`;
}
