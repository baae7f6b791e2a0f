import pytest

from generator.errors import InputError
from generator.languages import speaking
from generator.render.text.bibliography import as_printed, format_bibliography, known_keys, read_bibliography
from tests.render.sample_report import BIBLIOGRAPHY


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "references.bib"
    file.write_text(BIBLIOGRAPHY, encoding="utf-8")
    return file


def test_references_come_in_the_order_of_their_numbers_with_names_and_links(path):
    first, second = format_bibliography(path, {"walt2014": 2, "russakovsky2015imagenet": 1})
    assert (first.key, first.number) == ("russakovsky2015imagenet", 1)
    assert "O. Russakovsky, J. Deng, H. Su, et al." in first.html
    assert "<i>International Journal of Computer Vision</i>, vol. 115, no. 3, pp. 211–252, 2015." in first.html
    assert 'href="https://doi.org/10.1007/s11263-015-0816-y"' in first.html
    assert "S. van der Walt, J. L. Schönberger and scikit-image contributors" in second.html


def test_titles_and_bodies_are_in_their_own_language(path):
    path.write_text(
        "@article{a, title={On {X}}, author={{The Authors} and Lovelace, Ada}, journal={J}, year={1900}}\n"
        "@article{b, title={Sur X}, author={Lovelace, Ada}, journal={J}, year={1900}, langid={french}}\n",
        encoding="utf-8",
    )
    with speaking("fr"):
        english, french = format_bibliography(path, {"a": 1, "b": 2})
    assert english.html == (
        '<span lang="en">The Authors</span> et A. Lovelace, <span lang="en">On X</span>, '
        '<i><span lang="en">J</span></i>, 1900.'
    )
    assert french.html == "A. Lovelace, Sur X, <i>J</i>, 1900."
    english, french = format_bibliography(path, {"a": 1, "b": 2})
    assert "lang" not in english.html
    assert '<span lang="fr">Sur X</span>' in french.html


def test_unknown_keys_are_left_out(path):
    assert "nobody" not in known_keys(path)
    assert format_bibliography(path, {"nobody": 1}) == ()


def test_html_in_a_bibliography_is_text(path):
    path.write_text(
        "@book{x, title={<script>a & b}, author={{Smith & <b>Co}}, publisher={C <i> & D}, "
        "year={2000}, url={javascript:x}}",
        encoding="utf-8",
    )
    (entry,) = format_bibliography(path, {"x": 1})
    assert entry.html == "Smith &amp; &lt;b&gt;Co, <i>&lt;script&gt;a &amp; b</i>, C &lt;i&gt; &amp; D, 2000."
    assert "javascript" not in entry.html


HIDDEN_BRACE = "@book{x, author={Ada {% from x %}Lovelace}, title={T}, year={1843}}"


@pytest.mark.parametrize("content", ["@book{x, title={unclosed", HIDDEN_BRACE, None])
def test_a_bibliography_that_cannot_be_read_is_an_input_error_that_names_it(path, content):
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"references\.bib"):
        format_bibliography(path, {"x": 1})


def test_a_bibliography_that_is_handed_out_prints_the_same_and_holds_no_more(path):
    strange = (
        "SECRET between entries @comment{SECRET}\n@string{ieee = {IEEE}}\n"
        "@Article{a, TITLE = \"{On} {\\'e}t{\\'e}\" # { again}, author={{The Authors} and"
        " van der Berg, Jr., Ada and Lee},"
        " journal=ieee, year={2001 (SECRET)}, annote={SECRET}, note={SECRET}, pages={1--2}, url={https://a.org/x\\_y}}\n"
        "@misc{b, title={B}, langid={french}, abstract={SECRET}}\n"
    )
    path.write_text(f"{BIBLIOGRAPHY}\n{strange}", encoding="utf-8")
    other = path.with_name("other.bib")
    other.write_text(as_printed(path), encoding="utf-8")
    assert "SECRET" not in as_printed(path)
    assert read_bibliography(other) == read_bibliography(path)
    numbers = {key: number for number, key in enumerate(read_bibliography(path), start=1)}
    assert format_bibliography(other, numbers) == format_bibliography(path, numbers)


def test_an_entry_with_nothing_to_print_is_its_key(tmp_path):
    path = tmp_path / "bare.bib"
    path.write_text("@book{bare, }\n@book{full, title={A book}}\n@misc{link, doi={10.1/x}}\n@book{v, volume={3}}\n")
    bare, full, link, _ = format_bibliography(path, {"bare": 1, "full": 2, "link": 3, "v": 4})
    assert bare.html == "bare"
    assert "A book" in full.html
    assert link.html.startswith('link <a href="https://doi.org/10.1/x"')
