"""WeasyPrint's libraries are found without a search, and started one after the other."""

import subprocess
import sys

from generator.render.outputs import pdf_pango

WATCHED = """
import os, runpy, subprocess, sys
asked = []
sys.addaudithook(lambda event, words: asked.append(event) if event in ("subprocess.Popen", "os.posix_spawn") else None)
begin = runpy.run_path(sys.argv[1])["begin"]
{before}
begin()
print(len(asked))
"""


def begun(before: str = "") -> str:
    command = [sys.executable, "-c", WATCHED.format(before=before), pdf_pango.__file__]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_no_program_is_started_to_find_the_libraries():
    if sys.platform == "linux":
        assert begun() == "0"


def test_libraries_that_their_names_do_not_give_are_searched_for():
    """Where dlopen knows no name, as outside of the folders of the system, find_library may."""
    spoilt = """
import ctypes.util, cffi
real, asked = cffi.FFI.dlopen, []
def by_names_alone(self, name, flags=0):
    if ctypes.util.find_library("m") is None:
        raise OSError("cannot load library " + name)
    return real(self, name, flags)
cffi.FFI.dlopen = by_names_alone
"""
    assert int(begun(spoilt)) > 0


def test_fontconfig_has_been_started_before_there_is_a_font_map():
    order = """
import cffi
real = cffi.FFI.dlopen
class Watched:
    def __init__(self, library): self.__dict__["library"] = library
    def __getattr__(self, name):
        if name in ("FcInit", "pango_ft2_font_map_new"): print(name)
        return getattr(self.library, name)
cffi.FFI.dlopen = lambda self, name, flags=0: Watched(real(self, name, flags))
"""
    after = "\nfrom weasyprint.text.fonts import FontConfiguration\nFontConfiguration()\n"
    command = [sys.executable, "-c", WATCHED.format(before=order) + after, pdf_pango.__file__]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert [word for word in said if not word.isdigit()] == ["FcInit", "pango_ft2_font_map_new"]
