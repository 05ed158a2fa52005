import { test, expect } from "../support/browser";
test("smoke", async ({ laptop }) => {
  const { page } = laptop;
  await page.screenshot({ path: "/tmp/e2e-home.png" });
  await page.getByRole("button", { name: "Look at a sample review" }).first().click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: "/tmp/e2e-sample.png" });
  console.log(await page.locator("body").ariaSnapshot());
  console.log(page.url());
});
