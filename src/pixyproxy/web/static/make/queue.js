/** What is being made, from the moment it is sent until it is a picture of the library. */

import { currentPlace, go, searchAt } from "../address.js";
import { askJson, getImage, listImages, Refused } from "../api.js";
import { counted } from "../formats.js";
import { belongs } from "../library/belongs.js";
import { create, fill } from "../markup.js";
import { tell } from "../news.js";
import { inWords, notice, problem } from "../notices.js";
import { Card } from "./card.js";
import { Following } from "./following.js";
import { asBody, randomKey } from "./request.js";

/** @import { Body, ImageDetail } from "../types.d.ts" */
/** @import { CardActions, Order } from "./card.js" */
/** @import { Dock } from "./dock.js" */

const REMEMBERED = "pixyproxy-making";
const MOST_REMEMBERED = 100;

const LOST = "outcome_unknown";
const [NOT_MADE, MANY] = ["Not made", 2];

/** What became of it and what to do, by the stable code of the error; of others the notices know. @type {Record<string, [string, string]>} */
const REASONS = {
  canceled: ["Canceled", "It was not sent to the generator: nothing was paid."],
  [LOST]: ["It may have been made", "The generator's answer was lost. Another one may be paid as well."],
  prompt_refused: ["Refused", "Say it in other words."],
  invalid_request: [NOT_MADE, "Change what is asked for."],
  model_not_found: [NOT_MADE, "Choose another model."],
  generator_failed: [NOT_MADE, "Choose another model, or tell whoever runs the service."],
  generator_timeout: [NOT_MADE, "Wait a minute before you try again."],
};

export class Queue {
  /** @type {Card[]} */
  #cards = [];
  /** @type {CardActions} */
  #actions = {
    cancel: (card) => this.#cancel(card),
    again: (card) => this.#again(card),
    drop: (card) => this.#drop(card),
    edit: (card) => {
      this.#drop(card);
      this.dock.put(card.order.body);
    },
  };

  /** @param {Dock} dock */
  constructor(dock) {
    this.dock = dock;
    this.strip = create("ul", { class: "queue-strip", "aria-label": "Being made" });
    this.status = create("p", { class: "visually-hidden", role: "status" });
    this.away = create("button", {
      type: "button",
      class: "button queue-away",
      hidden: true,
      onclick: () => scrollTo({ top: 0 }),
    });
    this.cancelAll = forAll("Cancel all waiting", () => this.#cancelWaiting());
    this.dropAll = forAll("Dismiss all", () => this.#of("over").forEach(this.#actions.drop));
    const all = create("div", { class: "row row-end" }, this.cancelAll, this.dropAll);
    this.element = create("div", { class: "queue" }, this.strip, all, this.status, this.away);
    new IntersectionObserver(([{ isIntersecting }]) =>
      this.away.classList.toggle("is-needed", !isIntersecting),
    ).observe(this.strip);
    this.following = new Following(() => this.#going().map(({ order }) => order.guid), {
      step: (image) => this.#learn(image),
      preview: (partial) => this.#find(partial.guid)?.show(partial),
      lost: () => this.#lookUp(this.#going().map(({ order }) => order)).catch(() => this.following.renew()),
    });
    setInterval(() => {
      for (const card of this.#going()) card.tick();
    }, 1000);
  }

  /** Those of before, as far as they are not pictures yet. */
  async start() {
    for (const card of this.#cards) this.#drop(card);
    await this.#lookUp(remembered());
  }

  /** How it stands with them now; what is ready, or may not be seen any more, is let go. @param {Remembered[]} orders */
  async #lookUp(orders) {
    const known = orders.length ? await listed(orders.map(({ guid }) => guid)) : new Map();
    const batch = { size: 0, ready: 0 };
    for (const { guid, at } of orders) {
      const image = known.get(guid);
      const card = this.#find(guid);
      if (!image || (!card && image.status === "ready")) forget(guid);
      else if (!card) {
        batch.size += 1;
        this.#add({ body: asBody(image), guid, at, batch });
      }
      if (image) this.#learn(image);
      else if (card) this.#drop(card);
    }
  }

  /** @param {Body[]} bodies */
  make(bodies) {
    const batch = { size: bodies.length, ready: 0 };
    for (const body of bodies) this.#send(this.#add({ body, batch }));
  }

  /** @param {{body: Body} & Partial<Order>} order @param {Element} [before] */
  #add(order, before) {
    const fresh = { key: randomKey(), guid: "", at: Date.now(), batch: { size: 1, ready: 0 } };
    const card = new Card({ ...fresh, ...order }, this.#actions);
    this.#cards = [...this.#cards, card];
    this.strip.insertBefore(card.element, before ?? null);
    return card;
  }

  /** The same key asked again stands for the same picture: it is not paid twice. @param {Card} card */
  async #send(card) {
    const { body, key } = card.order;
    const headers = { Prefer: "respond-async", "Idempotency-Key": key };
    try {
      this.#begin(card, await askJson("image", { method: "POST", body, headers }));
    } catch (error) {
      const refused = error instanceof Refused ? error : null;
      const image = refused?.guid ? await getImage(refused.guid).catch(() => null) : null;
      if (image) this.#begin(card, image);
      else if (refused && this.dock.refuse(body, refused)) this.#drop(card);
      else card.stop("Not sent", inWords(error));
      this.#tell();
    }
  }

  /** @param {Card} card @param {ImageDetail} image */
  #begin({ order }, image) {
    order.guid = image.guid;
    remember([...remembered(), { guid: order.guid, at: order.at }]);
    this.#learn(image);
  }

  /** @param {ImageDetail} image */
  #learn(image) {
    const { status, error } = image;
    const card = this.#find(image.guid);
    if (!card || card.status === "over") return;
    if (status === "ready") this.#arrive(card, image);
    else if (status === "queued" || status === "generating") card.say(status, "Drawing · sent");
    else {
      const [title, advice] = REASONS[error?.code ?? status] ?? [NOT_MADE, ""];
      const what = error && error.code !== LOST ? inWords(new Refused(0, error)) : "";
      card.stop(title, `${what} ${advice}`);
      fill(this.status, `${title}: ${card.order.body.prompt}`);
    }
    this.#tell();
    this.following.renew();
  }

  /** How many there are, who comes next, what may be done with all. */
  #tell() {
    const going = this.#going();
    fill(this.away, `${going.length} being made`);
    this.away.hidden = !going.length;
    const waiting = this.#of("queued");
    for (const [place, each] of waiting.entries()) {
      each.say("queued", place ? `Waiting, ${place} before it` : "Waiting, next");
    }
    this.cancelAll.hidden = waiting.length <= MANY;
    this.dropAll.hidden = this.#of("over").length <= MANY;
  }

  /** @param {Card} card @param {ImageDetail} image */
  #arrive(card, image) {
    const { batch } = card.order;
    batch.ready += 1;
    fill(this.status, `Picture ${batch.ready} of ${batch.size} is ready.`);
    this.#drop(card);
    tell({ kind: "made", images: [image] });
    if (batch.isTold || belongs(image, searchAt(currentPlace()))) return;
    batch.isTold = true;
    const action = { label: "Show", run: () => go({ image: image.guid }) };
    notice("A picture is ready, beyond what is searched for here.", { action });
  }

  /** @param {Card} card */
  async #cancel(card) {
    try {
      const image = await askJson(`image/${card.order.guid}/cancel`, { method: "POST" });
      if (image.status === "generating") notice("It has been sent already: it will be finished and kept.");
      this.#learn(image);
    } catch (error) {
      problem(error);
    }
  }

  /** From the last, so that none moves up meanwhile. */
  async #cancelWaiting() {
    const waiting = this.#of("queued").reverse();
    this.dock.field.focus();
    for (const card of waiting) await this.#cancel(card);
    const canceled = waiting.filter(({ status }) => status === "over");
    canceled.forEach(this.#actions.drop);
    notice(`${counted(canceled.length, "picture")} canceled: nothing was paid.`);
  }

  /** What was never answered is the same order; what has failed is another. @param {Card} card */
  #again(card) {
    const { guid, body, key } = card.order;
    this.#send(this.#add(guid ? { body } : { body, key }, card.element));
    this.#drop(card);
  }

  /** @param {Card} card */
  #drop(card) {
    this.#cards = this.#cards.filter((each) => each !== card);
    forget(card.order.guid);
    if (card.element.contains(document.activeElement)) this.dock.field.focus();
    card.leave();
    this.#tell();
  }

  #going() {
    return this.#cards.filter((card) => card.isGoing);
  }

  /** @param {Card["status"]} status */
  #of(status) {
    return this.#cards.filter((card) => card.status === status);
  }

  /** @param {string} guid */
  #find(guid) {
    return this.#cards.find((card) => card.order.guid === guid);
  }
}

/** @param {string} words @param {() => void} onclick */
const forAll = (words, onclick) =>
  create("button", { type: "button", class: "text-button", hidden: true, onclick }, words);

/** In whatever state they are. @param {string[]} guids @returns {Promise<Map<string, ImageDetail>>} */
export async function listed(guids) {
  const query = new URLSearchParams([
    ["status", "any"],
    ["limit", "200"],
    ...guids.map((guid) => ["guid", guid]),
  ]);
  return new Map((await listImages(query)).images.map((image) => [image.guid, image]));
}

/** @typedef {{guid: string, at: number}} Remembered */

/** @returns {Remembered[]} */
const remembered = () => JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]");

/** @param {Remembered[]} orders */
const remember = (orders) => localStorage.setItem(REMEMBERED, JSON.stringify(orders.slice(-MOST_REMEMBERED)));

/** @param {string} guid */
const forget = (guid) => remember(remembered().filter((order) => order.guid !== guid));
