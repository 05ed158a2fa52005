// Whole-app tests: `browser` drives Debian's Chromium against `upshot-cli serve`, `window` drives
// the real app through tauri-driver. Both talk to the real engine and a real database.
import { defineConfig } from "@playwright/test";

const CHROMIUM = process.env.UPSHOT_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "out/results",
  // Two cores, and engines beside the browsers.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 10_000,
    reducedMotion: "reduce",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "browser", testMatch: "browser/*.spec.ts" },
    { name: "window", testMatch: "window/*.spec.ts", timeout: 120_000 },
  ],
});
