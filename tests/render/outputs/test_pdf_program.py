"""What was laid out is not used again under another library, hyphenation or font of the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from generator.render.outputs import pdf_program
from generator.render.outputs.pdf_program import fonts, program


@pytest.mark.parametrize("package", ["weasyprint", "pyphen", "tinycss2"])
def test_another_version_is_another_program(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program()
    plain = pdf_program.version
    assert program() == before
    monkeypatch.setattr(pdf_program, "version", lambda name: "0.0" if name == package else plain(name))
    assert program() != before


def test_another_font_of_the_machine_is_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing, font = tmp_path / "fc-list", tmp_path / "one.ttf"
    listing.write_text(f"#!/bin/sh\necho {font}\necho {tmp_path / 'gone.ttf'}\n")
    listing.chmod(0o755)
    font.write_bytes(b"one")
    monkeypatch.setenv("PATH", str(tmp_path))
    before = program()
    (told,) = fonts()
    assert str(font) in told
    font.write_bytes(b"another")
    assert program() != before
    listing.unlink()
    assert fonts() == []


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fontconfig's own programs are not there")
def test_the_fonts_are_those_that_fontconfig_has() -> None:
    listed = subprocess.run(["fc-list", "--format", "%{file}\n"], capture_output=True, text=True, check=True).stdout
    assert len(fonts()) == len(set(listed.splitlines()))


def test_harfbuzz_is_told_apart_by_its_version() -> None:
    assert pdf_program._harfbuzz()[0].isdigit()
