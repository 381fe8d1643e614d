"""Heights that pages give to what the browser may skip."""

import pytest
from booksite import lazy

PAGE = """<section id="top"><h1>Title</h1>
<section id="short"><h2>Short</h2><p>{short}</p></section>
<section id="long"><h2>Long</h2><p>{long}</p>
<section id="inner"><h3>Inner</h3><p>{short}</p></section></section>
<section id="drawn"><h2>Drawn</h2><img width="716" height="400"></section>
<section id="set"><h2>Set</h2><div class="math" style="--height: 3"><mjx-c></mjx-c>
<mjx-assistive-mml display="block"><math><mi>{long}</mi></math></mjx-assistive-mml></div></section>
<section id="folded"><h2>Folded</h2><details><summary>A</summary><p>{long}</p></details></section>
<section id="table"><h2>Table</h2><table><tr><td>1</td></tr></table></section>
<section id="code"><h2>Code</h2>
<div class="highlight"><pre><span class="n">a</span><span class="p">[</span><span class="w"> </span>
b

</pre></div></section></section>"""
LINE, P = lazy.LINE, lazy.AROUND["p"]
H2, H3 = lazy.AROUND["h2"] + LINE, lazy.AROUND["h3"] + LINE


@pytest.fixture(scope="module")
def heights():
    return lazy.Ruler(PAGE.format(short="word", long="가" * 100)).heights


@pytest.mark.parametrize(
    ("anchor", "phone", "wide"),
    [
        ("short", H2 + P + LINE, H2 + P + LINE),
        # 100 letters of 14 px: 4 lines or 3. The section within counts with the one around it.
        ("long", H2 + H3 + 2 * P + 5 * LINE, H2 + H3 + 2 * P + 4 * LINE),
        ("drawn", H2 + 200, H2 + 400 * 688 / 716),
        ("set", H2 + 4 * lazy.FORMULA_EM, H2 + 4 * lazy.FORMULA_EM),
        ("folded", H2 + 80, H2 + 80),
        ("code", *2 * [H2 + lazy.AROUND["pre"] + 3 * lazy.CODE_LINE]),
    ],
)
def test_heights_of_sections(heights, anchor, phone, wide):
    assert heights[anchor] == pytest.approx({"phone": phone, "wide": wide})


def test_heights_are_written_to_sections_and_code():
    page = lazy.with_heights(PAGE.format(short="word", long="가" * 100))
    assert page.count('style="--phone:') == page.count("px; --wide:") == 6
    assert f'id="set" style="--phone: {lazy.MARGIN * (H2 + 4 * lazy.FORMULA_EM):.0f}px;' in page
    assert '<section id="top">' in page
    assert '<section id="inner">' in page
    assert '<section id="table">' in page, "the height of a table was guessed"
    code = '<pre tabindex="0" style="--lines: 3"><span class="n">a</span>[ \nb\n\n</pre>'
    assert code in page
