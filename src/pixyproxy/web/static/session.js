/** Who is here: nobody, the holder of a key, an administrator. */

import { askJson, getSession, refusals } from "./api.js";
import { notice } from "./notices.js";

/** @import { Session } from "./types.d.ts" */

const LOOKED_AGAIN_MS = 30_000;

const changes = new EventTarget();
const otherTabs = new BroadcastChannel(`pixyproxy-session ${location.pathname}`);
let lookedAt = 0;

/** @type {Session} */
let session = { signed_in: false, name: null, is_admin: false, expires_at: null, sees_public: true };

export const currentSession = () => session;

/**
 * Calls now and whenever somebody has signed in or out.
 * @param {(session: Session) => void} follower
 */
export function followSession(follower) {
  changes.addEventListener("change", () => follower(session));
  follower(session);
}

/** @param {Session} now */
function begin(now) {
  session = now;
  changes.dispatchEvent(new Event("change"));
}

/** Uses the code of a one-time link, if the page was opened with one. */
export async function openSession() {
  await useCode();
  begin(await getSession());
}

/** It does not stay in the history. */
async function useCode() {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (!code) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  await signIn({ code }).catch(() => notice(LINK_USED, { isProblem: true }));
}

const LINK_USED =
  "This link has been used or is too old: each signs in one browser, once. Sign in with a key, or get another link with “pixyproxy sign-in”.";

/** @param {{key: string} | {code: string}} by */
export async function signIn(by) {
  begin(await askJson("session", { method: "POST", body: by }));
  otherTabs.postMessage("");
}

/** @param {{everywhere?: boolean}} [how] */
export async function signOut({ everywhere = false } = {}) {
  await askJson(`session${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE" });
  otherTabs.postMessage("");
  begin(await getSession());
}

/** Somebody may have ended it elsewhere, or begun another. */
async function lookAgain() {
  lookedAt = performance.now();
  const now = await getSession().catch(() => session);
  if (now.name === session.name && now.is_admin === session.is_admin) return;
  notice(now.signed_in ? `You are signed in as ${now.name} now.` : "You have been signed out.");
  begin(now);
}

refusals.addEventListener("unauthenticated", () => session.signed_in && lookAgain());
otherTabs.addEventListener("message", lookAgain);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && performance.now() - lookedAt > LOOKED_AGAIN_MS) lookAgain();
});
addEventListener("hashchange", useCode);
