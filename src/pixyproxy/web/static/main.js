/** The page: puts its parts together and lets them go. */

import { followPlace } from "./address.js";
import { createHeader } from "./header.js";
import { Library } from "./library/library.js";
import { createMaker } from "./make/make.js";
import { problem } from "./notices.js";
import { createOperations } from "./operate/operate.js";
import { openSession } from "./session.js";
import { askToSignIn } from "./sign_in.js";

const library = new Library();

document.body.prepend(createHeader());
document.querySelector("main")?.append(createMaker(), library.element, createOperations());

openSession()
  .then(() => {
    library.start();
    openDetailWhenWanted();
    askToSignIn();
  })
  .catch(problem);

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
