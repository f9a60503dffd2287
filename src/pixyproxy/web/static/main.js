/** The page: puts its parts together and lets them go. */

import { currentPlace, followPlace } from "./address.js";
import { createHeader } from "./header.js";
import { Library } from "./library/library.js";
import { createMaker } from "./make/make.js";
import { problem } from "./notices.js";
import { createOperations } from "./operate/operate.js";
import { openSession } from "./session.js";
import { askToSignIn } from "./sign_in.js";

const LONGEST_TITLE = 60;

const library = new Library();

document.body.prepend(createHeader(library));
document.querySelector("main")?.append(createMaker(), library.element, createOperations());

followPlace(sayTitle);
library.element.addEventListener("found", sayTitle);

openSession()
  .then(() => {
    library.start();
    openDetailWhenWanted();
    askToSignIn();
  })
  .catch(problem);

/** For the list of tabs and the history. */
function sayTitle() {
  const { view, image, prompt, tags } = currentPlace();
  const views = { library: "", trash: "Trash", operate: "Operate" };
  const seen = image && (library.known(image)?.prompt.slice(0, LONGEST_TITLE) ?? "Image");
  document.title = [seen || prompt || tags.join(", ") || views[view], "PixyProxy"]
    .filter(Boolean)
    .join(" - ");
}

/** What shows one image is loaded when somebody points at the first. */
function openDetailWhenWanted() {
  const load = () => import("./detail/detail.js");
  for (const hint of ["pointerover", "focusin"]) {
    library.grid.element.addEventListener(hint, () => load().catch(() => undefined), { once: true });
  }
  let isThere = false;
  followPlace(async ({ image }) => {
    if (!image || isThere) return;
    isThere = true;
    try {
      const { Detail } = await load();
      const detail = new Detail(library);
      document.body.append(detail.element);
      detail.start();
    } catch (error) {
      isThere = false;
      problem(error);
    }
  });
}
