// Takes the setting as JSON on stdin, runs every check, and prints as JSON what became of each.

import { runAll } from "./checks.mjs";
import { emptyLedger } from "./stage.mjs";
import "./making.mjs";
import "./tables.mjs";

process.stdout.write(JSON.stringify(await runAll(emptyLedger)), () => process.exit());
