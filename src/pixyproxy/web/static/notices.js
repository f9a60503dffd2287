/** Short messages at the edge of the page, said to screen readers too; one may be undone. */

import { Refused } from "./api.js";
import { create, fill, iconButton } from "./markup.js";

/**
 * @typedef {object} Action
 * @property {string} label
 * @property {() => void} run
 * @property {boolean} [isForAll] of several notices that are shown as one, not only for the last
 */

const SHOWN_MS = 6000;
const SHOWN_WITH_ACTION_MS = 12_000;
const LOOKED_AT_MS = 2000;
const MOST = 3;

/** Those that are shown, the oldest first. @type {Notice[]} */
let shown = [];

class Notice {
  #count = 0;
  #due = 0;
  /** @type {Action[]} */
  #actions = [];
  #times = create("span", { class: "notice-times" });
  /** @type {EventTarget | null} */
  #focusedBefore = null;

  /** @param {string} text @param {string} label of its action, if it has one @param {boolean} isProblem */
  constructor(text, label, isProblem) {
    this.text = text;
    this.label = label;
    this.element = create(
      "div",
      { class: isProblem ? "notice notice-problem" : "notice" },
      create("p", { "aria-atomic": "true" }, create("bdi", {}, text), this.#times),
      label && create("button", { type: "button", class: "text-button", onclick: () => this.#run() }, label),
      iconButton("close", "Dismiss", () => this.close()),
    );
    this.element.addEventListener("focusin", ({ relatedTarget }) => {
      if (!this.element.contains(/** @type {Node | null} */ (relatedTarget)))
        this.#focusedBefore = relatedTarget;
    });
  }

  /** Said for the first time, or again. @param {number} duration @param {Action} [action] */
  say(duration, action) {
    this.#count += 1;
    if (this.#count > 1) fill(this.#times, ` ×${this.#count}`);
    if (action) this.#actions = action.isForAll ? [...this.#actions, action] : [action];
    this.#closeIn(duration);
  }

  get isLookedAt() {
    return this.element.matches(":hover, :focus-within");
  }

  /** @param {number} duration */
  #closeIn(duration) {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => {
      if (this.isLookedAt) this.#closeIn(LOOKED_AT_MS);
      else this.close();
    }, duration);
  }

  #run() {
    this.close();
    for (const { run } of this.#actions) run();
  }

  close() {
    clearTimeout(this.#due);
    const hadFocus = this.element.contains(document.activeElement);
    shown = shown.filter((each) => each !== this);
    this.element.remove();
    if (hadFocus && this.#focusedBefore instanceof HTMLElement) this.#focusedBefore.focus();
  }
}

/** @param {string} text @param {{action?: Action, isProblem?: boolean}} [options] */
export function notice(text, { action, isProblem = false } = {}) {
  const label = action?.label ?? "";
  const same = shown.find((each) => each.text === text && each.label === label);
  const said = same ?? new Notice(text, label, isProblem);
  said.say(action || isProblem ? SHOWN_WITH_ACTION_MS : SHOWN_MS, action);
  if (same) return;
  shown.push(said);
  if (shown.length > MOST) (shown.slice(0, MOST).find((each) => !each.isLookedAt) ?? shown[0]).close();
  gatherNotices();
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
  unavailable: "It usually comes back by itself within a minute.",
  storage_full: "Ask whoever runs the service to make room.",
  budget_exceeded: "Ask whoever runs the service for more.",
  internal: "If it happens again, tell whoever runs the service.",
};

/**
 * Into the dialog that is open, for what lies behind it cannot be reached, or back. What says them is there before
 * they are: a screen reader tells only what is new in a place that it knows.
 */
export function gatherNotices() {
  const dialogs = document.querySelectorAll("dialog:modal");
  const parent = dialogs.item(dialogs.length - 1) ?? document.body;
  const place =
    parent.querySelector(":scope > .notices") ??
    parent.appendChild(
      create("div", { class: "notices", role: "status", "aria-live": "polite", "aria-atomic": "false" }),
    );
  const strangers = shown.map(({ element }) => element).filter((each) => each.parentElement !== place);
  place.append(...strangers);
}

gatherNotices();
for (const turn of ["toggle", "close"]) {
  document.addEventListener(
    turn,
    ({ target }) => target instanceof HTMLDialogElement && gatherNotices(),
    true,
  );
}
