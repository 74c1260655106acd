"""Take the README's pictures of a running installation: ``python -m tests.ui.pictures [DATA_DIR [URL]]``.

Start ``make up`` with a new data folder first: the pictures show what a first visit looks like.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

IMAGES = Path(__file__).parents[2] / "docs" / "images"
HARMLESS = "How do I restore a deleted file?"
RISKY = "My invoice shows the wrong VAT number, can I get a refund?"


async def log_in(browser: Browser, url: str, people: dict[str, str], name: str, height: int) -> Page:
    page = await browser.new_page(base_url=url, viewport={"width": 1280, "height": height}, locale="en-GB")
    await page.goto("/")
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password").fill(people[name])
    await page.get_by_role("button", name="Log in").click()
    return page


async def ask(page: Page, question: str, expected: str) -> None:
    await page.get_by_placeholder("Write your question").fill(question)
    await page.keyboard.press("Enter")
    await expect(page.locator(expected).last).to_be_visible(timeout=30_000)


async def take(url: str, people: dict[str, str]) -> None:
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        chat = await log_in(browser, url, people, "ada", 760)
        await ask(chat, HARMLESS, ".hf-sources")
        await ask(chat, RISKY, ".hf-waiting")
        await chat.screenshot(path=IMAGES / "chat.png", animations="disabled")
        desk = await log_in(browser, url, people, "carla", 1440)
        await desk.locator(".hf-card", has_text=RISKY).last.click()
        box = desk.get_by_label("The answer the customer will read")
        await expect(box).not_to_have_value("")
        await box.fill((await box.input_value()).replace("A wrong VAT number", "We are sorry. A wrong VAT number"))
        await expect(desk.locator(".hf-diff")).to_be_visible()
        await desk.locator("#hf-work").evaluate("each => each.scrollTo(0, 0)")
        await desk.screenshot(path=IMAGES / "review.png", animations="disabled")
        await browser.close()


def main() -> None:
    given = dict(enumerate(sys.argv))
    data_dir, url = given.get(1, ".holdfast"), given.get(2, "http://127.0.0.1:8000")
    listed = json.loads((Path(data_dir) / "demo-users.json").read_text(encoding="utf-8"))
    IMAGES.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(url, {each["username"]: each["password"] for each in listed if "password" in each}))


if __name__ == "__main__":
    main()
