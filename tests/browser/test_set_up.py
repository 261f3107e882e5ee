"""The browser, the judge of accessibility and the shared style sheet work."""

import pytest
from flask import Flask, Response

from tests.browser.axe import findings
from tests.browser.conftest import PHONE, Opener, served
from webhooks.pages import files, guarded

_PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Every piece</title>
<link rel="stylesheet" href="/static/page.css">
<main><h1>Every piece</h1><p>Text, <a href="#x">a link</a>, <small>an aside</small>.</p>
<div class="note bad" id="x"><p>Bad: <a href="#x">mend it</a></p></div><div class="note good"><p>Good</p></div>
<div class="note warn"><p>Careful</p></div>
<div class="sheet"><h2>Facts</h2><dl class="facts"><dt>Service</dt><dd>SVC-1005</dd></dl></div>
<div class="scroll"><table><caption>Levels</caption><tr><th scope="col">Level</th><th scope="col">When</th></tr>
<tr><td>1</td><td>10:40</td></tr></table></div>
<div class="field"><label for="a">Name</label><span class="hint" id="h">As you are called</span>
<span class="error" id="e">It is missing</span>
<input id="a" aria-invalid="true" aria-describedby="h e"></div>
<button>Send</button> <button class="second">Back</button>
<button class="danger">Drop</button></main></html>"""


def _app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(files())

    @app.get("/")
    def page() -> Response:
        return guarded(Response(_PAGE, content_type="text/html"))

    @app.get("/bare")
    def bare() -> Response:
        return guarded(Response("<p style='color:#aaa'><img src='data:,'>Pale", content_type="text/html"))

    return app


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_piece_of_the_style_sheet_is_readable(open_page: Opener, scheme: str) -> None:
    with served(_app()) as url:
        page = open_page(color_scheme=scheme, viewport=PHONE)
        page.goto(url)
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_judge_sees_what_is_wrong(open_page: Opener) -> None:
    with served(_app()) as url:
        page = open_page(bypass_csp=True)
        page.goto(f"{url}/bare")
        assert {each.partition(":")[0] for each in findings(page)} >= {"color-contrast", "image-alt", "document-title"}
