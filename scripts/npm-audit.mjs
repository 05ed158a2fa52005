// Known vulnerabilities of the npm packages (R16). Where no registry answers that question, as
// without a network, this says so and is no failure; UPSHOT_AUDIT=required makes it one.
import { spawnSync } from "node:child_process";

// Advisories that are known and do not concern us: number, and the reason.
const EXCEPTIONS = new Map([]);

const run = spawnSync("npm", ["--prefix", "ui", "audit", "--json"], {
  cwd: new URL("..", import.meta.url),
  encoding: "utf8",
  maxBuffer: 64 << 20,
  timeout: 60_000,
});
let report;
try {
  report = JSON.parse(run.stdout);
} catch {
  report = {};
}
if (!report.vulnerabilities) {
  console.log(`npm packages: not audited (${report.statusCode ?? report.error?.code ?? "no answer"})`);
  process.exit(process.env.UPSHOT_AUDIT === "required" ? 1 : 0);
}
let wrong = 0;
for (const { name, via } of Object.values(report.vulnerabilities)) {
  // A text names another package of the list, where the advisory itself stands.
  for (const advisory of via.filter((entry) => typeof entry === "object")) {
    if (EXCEPTIONS.has(advisory.source)) continue;
    console.error(`${name}: ${advisory.severity}: ${advisory.title} (${advisory.url})`);
    wrong += 1;
  }
}
if (wrong > 0) {
  console.error("update the packages, or give a reason in scripts/npm-audit.mjs");
  process.exit(1);
}
console.log(`npm packages: audited, ${EXCEPTIONS.size} exceptions`);
