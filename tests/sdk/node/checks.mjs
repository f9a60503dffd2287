// Named checks, run one after the other: they share a ledger.

const LONGEST_MS = 30_000;
const checks = new Map();

export function check(name, run) {
  if (checks.has(name)) throw new Error(`There are two checks called ${name}.`);
  checks.set(name, run);
}

/** For each name what went wrong, or null. */
export async function runAll(before) {
  const outcomes = {};
  for (const [name, run] of checks) {
    outcomes[name] = await before()
      .then(() => inTime(run()))
      .then(() => null, (error) => error.stack ?? String(error));
  }
  return outcomes;
}

function inTime(running) {
  const { promise: late, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Error(`It took more than ${LONGEST_MS} ms.`)), LONGEST_MS);
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}
