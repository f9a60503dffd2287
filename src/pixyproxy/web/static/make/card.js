/** One picture that is being made, or that was not made and why. */

import { elapsed } from "../formats.js";
import { create, fill, icon, iconButton } from "../markup.js";

/** @import { Body, Partial } from "../types.d.ts" */

const LEAVING_MS = 260;
const [NARROWEST, WIDEST] = [0.6, 2.2];

/** @typedef {{size: number, ready: number, isTold?: boolean}} Batch what was sent together; told of what a search leaves out */
/** @typedef {{body: Body, key: string, guid: string, at: number, batch: Batch}} Order */
/** @typedef {Record<"cancel" | "again" | "edit" | "drop", (card: Card) => void>} CardActions */

export class Card {
  /** @type {"sending" | "queued" | "generating" | "over"} */
  status = "sending";
  #number = -1;

  /** @param {Order} order @param {CardActions} actions */
  constructor(order, actions) {
    const { prompt, size } = order.body;
    this.order = order;
    this.actions = actions;
    this.preview = create("img", { class: "card-preview", alt: "", hidden: true });
    this.line = create("span", {}, "Sending…");
    this.time = create("time");
    this.cancel = iconButton("close", `Cancel: ${prompt}`, () => actions.cancel(this), { hidden: true });
    this.element = create(
      "li",
      { class: "card is-going" },
      this.preview,
      create(
        "div",
        { class: "card-foot" },
        create("p", { class: "card-prompt", dir: "auto" }, prompt),
        create("p", { class: "card-now" }, this.line, this.time),
      ),
      this.cancel,
    );
    const [width, height] = /^\d/.test(size ?? "") ? String(size).split("x") : [1, 1];
    this.element.style.aspectRatio = `${Math.min(WIDEST, Math.max(NARROWEST, +width / +height))}`;
  }

  get isGoing() {
    return this.status === "queued" || this.status === "generating";
  }

  /** What has been sent is not called back. @param {"queued" | "generating"} status @param {string} words */
  say(status, words) {
    this.status = status;
    this.cancel.hidden = status !== "queued";
    fill(this.line, words);
    this.tick();
  }

  tick() {
    fill(this.time, elapsed(Date.now() - this.order.at));
  }

  /** @param {Partial} partial */
  show({ number, media_type: type, b64 }) {
    if (number <= this.#number) return;
    this.#number = number;
    this.preview.hidden = false;
    this.preview.src = `data:${type};base64,${b64}`;
    this.preview.style.filter = `blur(${Math.max(2, 10 - 4 * number)}px)`;
  }

  /** There is no picture: why, and what can be done. @param {string} title @param {string} why */
  stop(title, why) {
    this.status = "over";
    this.element.classList.remove("is-going");
    const ways = /** @type {const} */ ([
      ["Try again", "again"],
      ["Edit prompt", "edit"],
      ["Dismiss", "drop"],
    ]);
    fill(
      this.element,
      create("p", { class: "card-title" }, icon("info"), title),
      create("p", {}, why),
      create("p", { class: "card-prompt quiet", dir: "auto" }, this.order.body.prompt),
      create(
        "div",
        { class: "row" },
        ways.map(([words, way]) =>
          create(
            "button",
            { type: "button", class: "text-button", onclick: () => this.actions[way](this) },
            words,
          ),
        ),
      ),
    );
  }

  leave() {
    this.element.inert = true;
    this.element.classList.add("is-leaving");
    setTimeout(() => this.element.remove(), LEAVING_MS);
  }
}
