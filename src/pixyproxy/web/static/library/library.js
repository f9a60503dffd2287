/** The library and the trash: what is found, to scroll through, to choose from and to open. */

import { star, trash } from "../actions.js";
import { addressOf, currentPlace, EVERYTHING, followPlace, go, searchAt } from "../address.js";
import { askJson, Refused } from "../api.js";
import { counted } from "../formats.js";
import { create, fill, icon } from "../markup.js";
import { listen } from "../news.js";
import { inWords, problem } from "../notices.js";
import { currentSession, followSession } from "../session.js";
import { createBulkBar } from "./bulk.js";
import { Feed } from "./feed.js";
import { Grid } from "./grid.js";
import { createChips } from "./search.js";
import { Selection } from "./selection.js";

/** @import { News } from "../news.js" */
/** @import { Place } from "../types.d.ts" */

const REMEMBERED = "pixyproxy-seen";
const MOST_RETURNED_TO = 3000;
const COUNT_PAUSE_MS = 300;

export class Library {
  #selection = new Selection();
  /** @type {Feed | null} */
  #feed = null;
  #asked = "";
  #countDue = 0;

  constructor() {
    this.grid = new Grid(this.#selection, {
      open: (guid) => go({ image: guid }),
      select: (guid, withRange) => this.#select(guid, withRange),
      star: (guid) => this.#star(guid),
      remove: (guids) => this.#remove(guids),
      mayChange: (guid) => this.#mayChange(guid),
    });
    this.count = create("p", { class: "count", role: "status" });
    this.message = create("div", { class: "empty", hidden: true });
    const bar = createBulkBar(this.#selection, () => this.#changeable());
    this.element = create(
      "section",
      { class: "library", "aria-label": "Library" },
      create("div", { class: "library-head" }, this.count, createChips()),
      this.grid.element,
      this.message,
      bar,
    );
    listen((news) => this.#learn(news));
    addEventListener("keydown", (event) => this.#onKey(event));
    addEventListener("pagehide", () => this.#remember());
  }

  /** From now on it shows what the place and the session say. */
  start() {
    followPlace((place) => this.#follow(place));
    followSession(() => this.#follow(currentPlace()));
  }

  /** The guids before and after one, in the order in which they are shown. @param {string} guid */
  neighbours(guid) {
    const guids = this.#feed?.guids ?? [];
    const index = guids.indexOf(guid);
    if (index < 0) return { before: undefined, after: undefined, index, count: guids.length };
    if (index > guids.length - 5) this.#feed?.more().catch(problem);
    return { before: guids[index - 1], after: guids[index + 1], index, count: guids.length };
  }

  /** What is known of an image without asking. @param {string} guid */
  known(guid) {
    return this.#feed?.detail(guid);
  }

  /** @param {Place} place */
  async #follow(place) {
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
    await this.#open(new Feed(search), isFirst);
  }

  /** Nothing of what somebody has seen stays for the next one. */
  #forget() {
    this.#feed?.close();
    this.#feed = new Feed(new URLSearchParams());
    this.#feed.isComplete = true;
    this.#asked = "";
    this.#selection.clear();
    this.grid.show(this.#feed);
  }

  /** The images of before stay until the first of the new ones are there. @param {Feed} feed @param {boolean} isFirst */
  async #open(feed, isFirst) {
    this.#feed?.close();
    this.#feed = feed;
    this.element.setAttribute("aria-busy", "true");
    try {
      await feed.more();
      await this.#loadAsFarAs(feed, isFirst ? remembered() : 0);
    } catch (error) {
      if (feed === this.#feed) this.#say(inWords(error), error instanceof Refused);
      return;
    } finally {
      if (feed === this.#feed) this.element.removeAttribute("aria-busy");
    }
    if (feed !== this.#feed) return;
    feed.addEventListener("change", () => this.#tell());
    this.#selection.clear();
    this.grid.show(feed);
    if (isFirst && remembered()) this.grid.scrollTo(remembered());
    else if (!isFirst) scrollTo({ top: 0 });
    this.#tell();
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
    clearTimeout(this.#countDue);
    this.#countDue = setTimeout(() => this.#countAll(), COUNT_PAUSE_MS);
  }

  async #countAll() {
    const feed = this.#feed;
    if (!feed) return;
    const query = new URLSearchParams(feed.search);
    query.delete("order");
    const complete = feed.isComplete ? { count: feed.guids.length, is_exact: true } : null;
    const { count, is_exact: isExact } =
      complete ?? (await askJson(`image/count?${query}`).catch(() => ({ count: NaN })));
    if (feed !== this.#feed || Number.isNaN(count)) return;
    const where = currentPlace().view === "trash" ? " in the trash" : "";
    fill(this.count, isExact ? counted(count, "image") : `More than ${counted(count, "image")}`, where);
  }

  #sayEmpty() {
    const { view } = currentPlace();
    const isNarrowed = [...searchAt(currentPlace()).keys()].some(
      (name) => name !== "deleted" && name !== "order",
    );
    if (isNarrowed) return this.#say("Nothing is like that.", false, everything());
    if (view === "trash") return this.#say("The trash is empty.", false);
    this.#say(
      currentSession().signed_in ? "No images yet. Describe the first one below." : "No image is public yet.",
      false,
    );
  }

  /** @param {string} text @param {boolean} isProblem @param {Node} [way] */
  #say(text, isProblem, way) {
    this.message.hidden = false;
    fill(this.message, icon(isProblem ? "info" : "picture"), create("p", {}, text), way);
  }

  /** As far as is known: of what has been forgotten the service decides. @param {string} guid */
  #mayChange(guid) {
    return currentSession().signed_in && (this.#feed?.detail(guid)?.may_change ?? true);
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
    const isTrash = currentPlace().view === "trash";
    if (news.kind === "removed") {
      feed.remove(news.guids);
      for (const guid of news.guids) if (this.#selection.has(guid)) this.#selection.toggle(guid);
    } else if (news.kind === "restored" && isTrash) feed.remove(news.images.map((each) => each.guid));
    else if (news.kind === "changed") for (const image of news.images) feed.update(image);
    else if (!isTrash) for (const image of news.images) this.#bring(feed, image);
  }

  /** A new image comes first; one that is back goes where its age puts it. @param {Feed} feed @param {import("../types.d.ts").ImageDetail} image */
  #bring(feed, image) {
    const isPlain = !["prompt", "author", "model", "tag", "created_before"].some((name) =>
      feed.search.has(name),
    );
    if (image.status !== "ready" || (!isPlain && !this.#wasHere(image))) return;
    const isAscending = feed.search.get("order") === "asc";
    const place = feed.guids.findIndex((guid) => (isAscending ? guid > image.guid : guid < image.guid));
    if (place >= 0 || feed.isComplete) feed.insert(image, place < 0 ? feed.guids.length : place);
  }

  /** @param {import("../types.d.ts").ImageDetail} image */
  #wasHere(image) {
    return image.deleted_at === null && this.#feed?.detail(image.guid) !== undefined;
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
  return asked === searchAt(currentPlace()).toString() ? Math.min(index, MOST_RETURNED_TO) : 0;
}

const everything = () =>
  create(
    "a",
    {
      class: "button",
      href: addressOf(EVERYTHING),
      onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        go(EVERYTHING);
      },
    },
    "Show everything",
  );
