// Takes pictures of the real app: `scripts/e2e --config=screenshots.config.ts`. No tests.
import config from "./playwright.config";

export default {
  ...config,
  projects: [{ name: "screenshots", testMatch: "screenshots/*.spec.ts" }],
};
