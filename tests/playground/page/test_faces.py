"""Faces: emoji are as large as their box and are seen on its colour, whatever their own is."""

from base64 import b64encode
from typing import Literal

import pytest
from playwright.async_api import Page

from bot.experts.library import library
from bot.playground.slack.workspace.emoji import emoji
from tests.playground.page.browser import need_emoji

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHERS = (
    "⬛ 🖤 🕷️ 🎱 ⚫ 🏴 🎓 🎩 ⬜ 🤍 🏳️ 👻 💬 🐼 🏐 ☁️ ♟️ 🟢 🐸 🌿 🐢 🟤 🟣 🟦 🟥 🧡 🍷 🦇 🐧 🌗 🤖 🙂 "
    "👩🏾‍💼 👨🏻‍💻 🧑🏽‍🔬 👩🏼‍🎨"
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Draws each of some faces in each of the sizes.
DRAW = """async (faces) => {
  const { avatar } = await import('/page/avatars.js');
  const place = document.createElement('div');
  place.id = 'faces';
  for (const [i, emoji] of faces.entries())
    for (const size of ['', 'small', 'tiny'])
      place.append(avatar({ avatar: { emoji, initials: 'XX', hue: i % 8 } }, size));
  document.body.replaceChildren(place);
  document.body.style.display = 'block';
}"""
# Of each face: its text and width, how much of its box (but for the round corners) it fills, and
# how much of it is seen on the box.
LOOK = r"""async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const paint = new OffscreenCanvas(image.width, image.height).getContext('2d');
  paint.drawImage(image, 0, 0);
  const linear = (c) => (c <= 10 ? c / 3294 : ((c / 255 + .055) / 1.055) ** 2.4);
  const light = (r, g, b) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  return [...document.querySelectorAll('.avatar')].map((box) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    const { data } = paint.getImageData(left, top, width, height);
    const pixel = (i) => [...data.slice(4 * i, 4 * i + 3)];
    const ground = getComputedStyle(box).backgroundColor.match(/\d+/g).map(Number);
    const xs = [], ys = [];
    let seen = 0;
    for (let y = 4; y < height - 4; y += 1) for (let x = 4; x < width - 4; x += 1) {
      const here = pixel(y * width + x);
      if (Math.max(...here.map((c, i) => Math.abs(c - ground[i]))) < 24) continue;
      xs.push(x); ys.push(y);
      seen += contrast(light(...here), light(...ground)) >= 2;
    }
    const extent = (all) => Math.max(...all) - Math.min(...all) + 1;
    const filled = Math.max(extent(xs), extent(ys)) / (width - 8);
    return [box.textContent, width, filled, seen / xs.length];
  });
}"""


async def test_every_face_fills_its_box_and_is_seen_on_it(page: Page) -> None:
    need_emoji()
    icons = {expert.persona.icon for expert in library()}
    faces = [emoji(icon.strip(":")) for icon in icons] + OTHERS.split()
    await page.evaluate(DRAW, faces)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        picture = b64encode(await page.screenshot()).decode()
        for face, width, filled, seen in await page.evaluate(LOOK, picture):
            assert filled >= 0.9, (face, filled)
            assert seen >= 0.45 or width < 36, (face, seen)  # small ones are mostly edges
