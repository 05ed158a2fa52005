// Every npm package that is built into the app must have a licence from this list; tools used only
// while building may have a few more. The lock file names each package's licence.
import { readFileSync } from "node:fs";

const SHIPPED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Apache-2.0 OR MIT", "MIT OR Apache-2.0", "0BSD", "PSF-2.0"]);
const TOOLS = new Set([...SHIPPED, "MPL-2.0", "BlueOak-1.0.0", "CC0-1.0", "CC-BY-4.0", "MIT OR CC0-1.0", "(MIT OR CC0-1.0)", "Unlicense"]);

const lock = JSON.parse(readFileSync(new URL("../ui/package-lock.json", import.meta.url), "utf8"));
let wrong = 0;
let packages = 0;
for (const [path, { license, dev, devOptional }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  packages += 1;
  const allowed = dev || devOptional ? TOOLS : SHIPPED;
  if (!allowed.has(license)) {
    console.error(`${path}: ${license ?? "no licence named"}`);
    wrong += 1;
  }
}
if (wrong > 0) {
  console.error(`${wrong} of ${packages} packages have a licence that is not on the list in scripts/npm-licences.mjs`);
  process.exit(1);
}
console.log(`licences of ${packages} npm packages: ok`);
