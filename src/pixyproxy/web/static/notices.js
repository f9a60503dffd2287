/** Short messages at the edge of the page, said to screen readers too; one may be undone. */

import { Refused } from "./api.js";
import { create, iconButton } from "./markup.js";

const SHOWN_MS = 6000;
const SHOWN_WITH_ACTION_MS = 12_000;

/**
 * @param {string} text
 * @param {{action?: {label: string, run: () => void}, isProblem?: boolean}} [options]
 */
export function notice(text, { action, isProblem = false } = {}) {
  const shown = create(
    "div",
    { class: isProblem ? "notice notice-problem" : "notice" },
    create("p", { dir: "auto" }, text),
  );
  const close = () => shown.remove();
  if (action) {
    const run = () => {
      close();
      action.run();
    };
    shown.append(create("button", { type: "button", class: "text-button", onclick: run }, action.label));
  }
  shown.append(iconButton("close", "Dismiss", close));
  place().append(shown);
  setTimeout(close, action || isProblem ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

/** What went wrong, and what to do about it. @param {unknown} error */
export function problem(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  notice(inWords(error), { isProblem: true });
}

/** @param {unknown} error */
export function inWords(error) {
  if (!(error instanceof Refused)) return "Something went wrong in this page. Reload it and try again.";
  const advice = ADVICE[error.code];
  return advice ? `${error.message} ${advice}` : error.message;
}

/** By the stable codes of the service. @type {Record<string, string>} */
const ADVICE = {
  unreachable: "Is it running, and are you connected? Nothing is lost: try again.",
  unauthenticated: "Sign in again.",
  rate_limited: "Wait a moment, then try again.",
  unavailable: "It usually comes back by itself; try again in a minute.",
  storage_full: "Ask whoever runs the service to make room.",
  budget_exceeded: "Ask whoever runs the service for more.",
  internal: "If it happens again, tell whoever runs the service.",
};

/** In the dialog that is open, for what lies behind it cannot be reached. */
function place() {
  const dialogs = document.querySelectorAll("dialog:modal");
  const parent = dialogs.item(dialogs.length - 1) ?? document.body;
  let notices = parent.querySelector(":scope > .notices");
  if (!notices) {
    notices = create("div", { class: "notices", role: "status", "aria-live": "polite" });
    parent.append(notices);
  }
  return notices;
}
