"""Words of every kind fit where they stand: long ones, code, tables, and scripts that run from right to left."""

import pytest
from playwright.async_api import Locator, expect

from tests.ui.conftest import OpenPage, Picture
from tests.ui.fake_state import FakeApi
from tests.ui.test_desk import add_case, open_case

ARABIC = "لا أستطيع استعادة ملف 0x80070057 هل يمكنكم مساعدتي؟"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
MIXED = f"""{LONG}

| Plan | Price per month | Storage | Where it is explained |
|---|---|---|---|
| Basic | 5 EUR | 100 GB | https://example.com/a/very/long/path/that/never/ends/and/ends/and/ends/and/ends |

```
C:\\Users\\somebody\\AppData\\Local\\Holdfast\\logs\\2026-11-28\\a-very-long-file-name-that-does-not-end.log --verbose
```
"""
AMISS = """(box) => {
  const edge = box.getBoundingClientRect().right + 1, range = document.createRange();
  const rows = (each) => { range.selectNodeContents(each); return range.getClientRects().length; };
  const right = (each) => each.getBoundingClientRect().right;
  const beyond = [...box.querySelectorAll("p, li, pre, pre code")].filter((each) => right(each) > edge);
  const broken = [...box.querySelectorAll("th")].filter((each) => !each.textContent.includes(" ") && rows(each) > 1);
  return [...beyond, ...broken].map((each) => each.textContent);
}"""
FIRST_IS_RIGHT_OF_LAST = """(paragraph) => {
  const text = paragraph.firstChild, range = document.createRange();
  const at = (index) => {
    range.setStart(text, index);
    range.setEnd(text, index + 1);
    return range.getBoundingClientRect();
  };
  const first = at(0), last = at(text.length - 1), box = paragraph.getBoundingClientRect();
  return first.left > last.left && box.right - first.right < 2;
}"""


async def amiss(box: Locator) -> object:
    """The texts in a box that reach beyond it, and the single words of its tables that are broken in two."""
    return await box.evaluate(AMISS)


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_long_word_code_and_a_table_stay_in_their_bubble(
    width: int, open_page: OpenPage, fake: FakeApi, picture: Picture
) -> None:
    conversation = fake.add_conversation("carla", "mixed", ARABIC)
    fake.add_turn(conversation, ARABIC, status="answered", answer=MIXED, engine="embedded")
    page = await open_page("carla", "/chat/?c=mixed", viewport={"width": width, "height": 844})
    await expect(page.locator(".hf-theirs pre")).to_be_visible()
    assert await amiss(page.locator(".hf-theirs")) == []
    assert await page.locator(".hf-mine p").evaluate(FIRST_IS_RIGHT_OF_LAST)
    await picture(page, "fits")


async def test_at_the_desk_a_long_word_stays_in_the_draft_and_the_reasons(open_page: OpenPage, fake: FakeApi) -> None:
    add_case(fake, ARABIC, draft_text=MIXED, reasons=[LONG])
    page = await open_page("ben", viewport={"width": 1280, "height": 844})
    await open_case(page, ARABIC)
    assert await amiss(page.locator(".hf-draft")) == []
    assert await amiss(page.locator(".hf-reasons")) == []
