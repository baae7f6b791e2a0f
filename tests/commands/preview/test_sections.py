"""A page taken apart, and what of it a browser still has to be sent."""

from __future__ import annotations

import re
from pathlib import Path

from generator.commands.build import compute
from generator.commands.preview.making import PageMaker
from generator.commands.preview.sections import Sections, Since
from tests.commands.preview.project_for_tests import write_project

PAGE = """<main>
<p>Before</p>
<section class="question" id="q1">
<p>One</p>
</section>
<p>Between</p>
<section class="question" id="q2">
<pre>&lt;/section&gt;</pre>
</section>
<section id="claims" class="record"><h2>Ledger</h2>
</section>
</main>
<script type="application/json" id="asked">{"a":1}</script>
"""


def test_only_what_changed_is_sent_and_all_where_it_is_not_a_part() -> None:
    first = Since().then(PAGE, 1)
    assert first.after(0) is None, "who has nothing yet needs all"
    assert first.after(1) == {}
    second = first.then(PAGE.replace("One", "Other").replace('"a":1', '"a":2'), 2)
    assert second.after(1) == {
        "q1": '<section class="question" id="q1">\n<p>Other</p>\n</section>',
        "asked": '<script type="application/json" id="asked">{"a":2}</script>',
    }
    third = second.then(PAGE.replace("One", "Other").replace("Ledger", "The ledger"), 3)
    assert third.after(1).keys() == {"q1", "claims", "asked"}
    assert third.after(2).keys() == {"claims", "asked"}
    for changed in ("Before", "Between", "<main>"):
        assert third.then(PAGE.replace(changed, "<b>"), 4).after(3) is None
    swapped = re.sub(r"q1(.*)q2", r"q2\1q1", PAGE, flags=re.DOTALL)
    assert first.then(swapped, 2).after(1) is None, "the order is of the rest"


def test_each_part_of_a_real_page_is_whole(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    compute(project.settings())
    text = PageMaker(project.settings, ()).make().page.text
    found = Sections.of(text)
    assert {"only-q01", "only-q02"} <= found.parts.keys()
    assert len(found.parts["only-q01"]) > 4000, "the whole of a long answer"
    assert "".join(found.parts.get(one, one) for one in found.rest) == text
    for html in found.parts.values():
        tags = re.findall(r"<(/?)(section|script)\b", html)
        assert sum(-1 if end else 1 for end, _ in tags) == 0
