/** The library and the trash: what is found, to scroll through, to choose from and to open. */

import { star, trash } from "../actions.js";
import { currentPlace, EVERYTHING, followPlace, go, rememberOnLeaving, searchAt } from "../address.js";
import { Refused } from "../api.js";
import { counted } from "../formats.js";
import { placeLink } from "../links.js";
import { create, fill, icon } from "../markup.js";
import { listen } from "../news.js";
import { inWords, problem } from "../notices.js";
import { currentSession, followSession } from "../session.js";
import { belongs } from "./belongs.js";
import { Feed } from "./feed.js";
import { Grid } from "./grid.js";
import { createChips } from "./search.js";
import { Selection } from "./selection.js";

/** @import { News } from "../news.js" */
/** @import { Place } from "../types.d.ts" */

const REMEMBERED = "pixyproxy-seen";
const MOST_RETURNED_TO = 3000;

export class Library {
  #selection = new Selection();
  /** @type {Feed | null} */
  #feed = null;
  #asked = "";
  #hasFailed = false;

  constructor() {
    this.grid = new Grid(this.#selection, {
      open: (guid) => go({ image: guid }),
      select: (guid, withRange) => this.#select(guid, withRange),
      star: (guid) => this.#star(guid),
      remove: (guids) => this.#remove(guids),
      mayChange: (guid) => this.#mayChange(guid),
    });
    this.count = create("p", { class: "count", role: "status" });
    this.about = create("div", { class: "library-about", hidden: true });
    this.message = create("div", { class: "empty", hidden: true });
    this.element = create(
      "section",
      { class: "library", "aria-label": "Library" },
      create("div", { class: "library-head" }, this.count, this.about, createChips()),
      this.grid.element,
      this.message,
    );
    this.#selection.addEventListener("change", () => this.#offerBulk().catch(problem), { once: true });
    listen((news) => this.#learn(news));
    addEventListener("keydown", (event) => this.#onKey(event));
    addEventListener("pagehide", () => this.#remember());
    addEventListener("online", () => this.#askAgain());
    rememberOnLeaving(() => this.grid.firstSeen);
  }

  /** From now on it shows what the place and the session say. */
  start() {
    followPlace((place, isBack) => this.#follow(place, isBack));
    followSession(() => this.#follow(currentPlace()));
  }

  /** What is done with many is loaded when the first is chosen. */
  async #offerBulk() {
    const { createBulkBar } = await import("./bulk.js");
    this.element.append(createBulkBar(this.#selection, () => this.#changeable()));
  }

  /** The guids before and after one, in the order in which they are shown. @param {string} guid */
  neighbours(guid) {
    const guids = this.#feed?.guids ?? [];
    const index = guids.indexOf(guid);
    const total = this.#feed?.total;
    const count = total?.is_exact ? total.count : undefined;
    if (index < 0) return { before: undefined, after: undefined, index, count };
    if (index > guids.length - 5) this.#feed?.more().catch(problem);
    return { before: guids[index - 1], after: guids[index + 1], index, count };
  }

  /** What is known of an image without asking. @param {string} guid */
  known(guid) {
    return this.#feed?.detail(guid);
  }

  /** What was looked at last. */
  get seen() {
    return this.#feed?.details ?? [];
  }

  /** @param {Place} place @param {boolean} [isBack] */
  async #follow(place, isBack = false) {
    const { signed_in: signedIn, sees_public: seesPublic, name } = currentSession();
    const maySee = signedIn || seesPublic;
    this.element.hidden = place.view === "operate" || !maySee;
    if (!maySee) this.#forget();
    if (this.element.hidden) return;
    const search = searchAt(place);
    const asked = `${name} ${search}`;
    if (asked === this.#asked) return;
    const isFirst = this.#asked === "" && this.#feed === null;
    this.#asked = asked;
    const seen = isFirst ? remembered() : isBack && history.state?.seen;
    await this.#open(new Feed(search), Math.min(seen || 0, MOST_RETURNED_TO));
  }

  /** Nothing of what somebody has seen stays for the next one. */
  #forget() {
    this.#feed?.close();
    const feed = new Feed(new URLSearchParams());
    feed.isComplete = true;
    this.#feed = feed;
    this.#asked = "";
    this.#selection.clear();
    this.grid.show(feed);
    fill(this.count);
    this.about.hidden = true;
  }

  /** What is wrong is said in place of the images, which are those of another search. @param {unknown} error */
  #fail(error) {
    this.#forget();
    this.#hasFailed = true;
    const isWrong = error instanceof Refused && (error.status === 400 || error.status === 422);
    const again = { type: "button", class: "button", onclick: () => this.#askAgain() };
    this.#say(inWords(error), true, isWrong ? everything() : create("button", again, "Try again"));
  }

  #askAgain() {
    if (this.#hasFailed) this.#follow(currentPlace());
    else this.grid.retry();
  }

  /** The images of before stay until the first of the new ones are there. @param {Feed} feed @param {number} seen */
  async #open(feed, seen) {
    this.#feed?.close();
    this.#feed = feed;
    this.#hasFailed = false;
    this.element.setAttribute("aria-busy", "true");
    try {
      await feed.more();
      await this.#loadAsFarAs(feed, seen);
    } catch (error) {
      if (feed === this.#feed) this.#fail(error);
      return;
    } finally {
      if (feed === this.#feed || this.#hasFailed) this.element.removeAttribute("aria-busy");
    }
    if (feed !== this.#feed) return;
    feed.addEventListener("change", () => this.#tell());
    this.#selection.clear();
    this.grid.show(feed);
    if (seen) this.grid.scrollTo(seen, 0);
    else scrollTo({ top: 0 });
    this.#tell();
    await feed.count().catch(() => undefined);
    if (feed === this.#feed) this.#tell();
  }

  /** @param {Feed} feed @param {number} index */
  async #loadAsFarAs(feed, index) {
    while (!feed.isComplete && feed.guids.length <= index) await feed.more();
  }

  #remember() {
    const seen = { asked: searchAt(currentPlace()).toString(), index: this.grid.firstSeen };
    sessionStorage.setItem(REMEMBERED, JSON.stringify(seen));
  }

  #tell() {
    this.element.dispatchEvent(new Event("found"));
    const isEmpty = this.#feed?.guids.length === 0 && this.#feed.isComplete;
    this.message.hidden = !isEmpty;
    if (isEmpty) this.#sayEmpty();
    this.about.hidden = isEmpty || currentPlace().view !== "trash" || isNarrowed();
    if (!this.about.hidden) this.#sayTrash().catch(problem);
    this.#sayCount();
  }

  async #sayTrash() {
    const { trashHead } = await import("./trash.js");
    if (!this.about.firstChild) fill(this.about, trashHead());
  }

  #sayCount() {
    const { count, is_exact: isExact } = this.#feed?.total ?? { count: 0 };
    const where = currentPlace().view === "trash" ? " in the trash" : "";
    const said = counted(count, "image");
    fill(this.count, count > 0 && `${isExact ? said : `More than ${said}`}${where}`);
  }

  #sayEmpty() {
    const { view } = currentPlace();
    if (isNarrowed()) return this.#say("Nothing is like that.", false, everything());
    if (view === "trash") return this.#say("The trash is empty.", false);
    this.#say(
      currentSession().signed_in ? "No images yet. Describe the first one below." : "No image is public yet.",
      false,
    );
  }

  /** @param {string} text @param {boolean} isProblem @param {Node} [way] */
  #say(text, isProblem, way) {
    this.message.hidden = false;
    const said = create("p", isProblem ? { role: "alert" } : {}, text);
    fill(this.message, icon(isProblem ? "info" : "picture"), said, way);
  }

  /** As far as is known: of what has been forgotten the service decides. @param {string} guid */
  #mayChange(guid) {
    return currentSession().signed_in && (this.#feed?.peek(guid)?.may_change ?? true);
  }

  #changeable(guids = this.#feed?.guids ?? []) {
    return guids.filter((guid) => this.#mayChange(guid));
  }

  /** @param {string} guid @param {boolean} withRange */
  #select(guid, withRange) {
    if (this.#mayChange(guid)) this.#selection.toggle(guid, withRange ? this.#changeable() : null);
  }

  /** @param {string[]} guids */
  #remove(guids) {
    const removable = this.#changeable(guids);
    if (currentPlace().view === "library" && removable.length) trash(removable);
  }

  /** @param {string} guid */
  async #star(guid) {
    const image = this.#feed?.detail(guid);
    if (image && this.#mayChange(guid)) await star(image);
  }

  /** @param {News} news */
  #learn(news) {
    const feed = this.#feed;
    if (!feed) return;
    const here = new Set(feed.guids);
    /** @type {string[]} */
    let gone = [];
    if (news.kind === "removed") gone = news.guids;
    else {
      const belonging = news.images.filter((image) =>
        belongs(image, feed.search, here.has(image.guid) || feed.left.has(image.guid)),
      );
      gone = news.images.filter((image) => !belonging.includes(image)).map(({ guid }) => guid);
      if (belonging.length) feed.insertAll(belonging, news.kind !== "changed");
    }
    this.#selection.remove(gone);
    feed.remove(gone);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (currentPlace().view === "operate" || document.querySelector("dialog:modal")) return;
    if (event.key === "Escape") this.#selection.clear();
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (isTyping) return;
    if (event.key === "a" && (event.ctrlKey || event.metaKey) && currentSession().signed_in) {
      event.preventDefault();
      this.#selection.add(this.#changeable());
    }
  }
}

/** How far down one was before the page was loaded again. */
function remembered() {
  const { asked, index } = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
  return asked === searchAt(currentPlace()).toString() ? index : 0;
}

const isNarrowed = () =>
  [...searchAt(currentPlace()).keys()].some((name) => name !== "deleted" && name !== "order");

const everything = () => placeLink(EVERYTHING, { class: "button" }, "Show everything");
